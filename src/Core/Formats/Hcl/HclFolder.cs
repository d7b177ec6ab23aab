namespace Basewatch.Core.Formats.Hcl;

/// <summary>What the variables and locals of a file and those beside it stand for.</summary>
internal static class HclFolder
{
    /// <summary>
    /// Defaults of variables and locals of a file and its siblings; files of values that are always read win over defaults
    /// (<see href="https://developer.hashicorp.com/terraform/language/values/variables"/>).
    /// </summary>
    /// <param name="file">The file.</param>
    /// <param name="document">What it holds.</param>
    /// <param name="isValues">Whether a sibling, by its name, is a file of values.</param>
    /// <param name="isAlwaysRead">Whether it is read without being asked for.</param>
    public static HclScope Scope(SourceFile file, HclDocument document, Func<string, bool> isValues, Func<string, bool> isAlwaysRead)
    {
        if (!file.Text.Contains("var.", StringComparison.Ordinal) && !file.Text.Contains("local.", StringComparison.Ordinal))
        {
            return HclScope.Empty;
        }

        // Asked for often, so plain loops.
        Declarations[] declared = [.. file.Siblings.Where(s => !isValues(NameOf(s))).Select(s => s.Parsed(static f => new Declarations(HclDocument.ReadSibling(f))))];
        if (!isValues(NameOf(file)))
        {
            declared = [new Declarations(document), .. declared];
        }

        // The file named after the tool comes first, then the others by name; the last wins.
        HclObject[] values = [.. file.Siblings.Where(s => isValues(NameOf(s)) && isAlwaysRead(NameOf(s)))
            .OrderBy(s => NameOf(s).Contains(".auto.", StringComparison.Ordinal)).ThenBy(NameOf, StringComparer.Ordinal)
            .Select(s => HclDocument.ReadSibling(s).Root).Reverse()];
        return new HclScope(
            name => Array.Find(values, v => v[name] is not null)?[name] ?? Variable(declared, name),
            name => Local(declared, name));
    }

    /// <summary>The last file that gives a variable a default.</summary>
    private static HclNode? Variable(Declarations[] declared, string name)
    {
        for (var i = declared.Length - 1; i >= 0; i--)
        {
            if (declared[i].Variables.TryGetValue(name, out var value) && value is not null)
            {
                return value;
            }
        }

        foreach (var one in declared)
        {
            if (one.Others.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private static HclNode? Local(Declarations[] declared, string name)
    {
        foreach (var one in declared)
        {
            if (one.Locals.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    private static string NameOf(SourceFile file) => file.Name.ToString();

    /// <summary>What a file declares, found once for all that are read with it.</summary>
    private sealed class Declarations
    {
        public Declarations(HclDocument document)
        {
            foreach (var member in document.Root.Members)
            {
                if (member is { Key: "variable", Labels: [var name], Value: HclObject variable })
                {
                    Variables[name] = variable["default"] ?? Variables.GetValueOrDefault(name);
                }
                else if (member is { Key: "variables", Labels: [], Value: HclObject all })
                {
                    foreach (var one in all.Members)
                    {
                        Others.TryAdd(one.Key, one.Value);
                    }
                }
                else if (member is { Key: "locals", Labels: [], Value: HclObject values })
                {
                    foreach (var value in values.Members)
                    {
                        Locals.TryAdd(value.Key, value.Value);
                    }
                }
                else if (member is { Key: "local", Labels: [var local], Value: HclObject body } && body["expression"] is { } expression)
                {
                    Locals.TryAdd(local, expression);
                }
            }
        }

        public Dictionary<string, HclNode?> Variables { get; } = new(StringComparer.Ordinal);

        /// <summary>Values of variables that are declared in a block of all.</summary>
        public Dictionary<string, HclNode> Others { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, HclNode> Locals { get; } = new(StringComparer.Ordinal);
    }
}

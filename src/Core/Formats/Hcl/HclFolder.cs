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
        var variables = new Dictionary<string, HclNode?>(StringComparer.Ordinal);
        var locals = new Dictionary<string, HclNode>(StringComparer.Ordinal);
        if (!file.Text.Contains("var.", StringComparison.Ordinal) && !file.Text.Contains("local.", StringComparison.Ordinal))
        {
            return new HclScope(variables, locals);
        }

        if (!isValues(NameOf(file)))
        {
            Declare(document);
        }

        foreach (var sibling in file.Siblings.Where(s => !isValues(NameOf(s))))
        {
            Declare(HclDocument.ReadSibling(sibling));
        }

        // The file named after the tool comes first, then the others by name.
        foreach (var values in file.Siblings.Where(s => isValues(NameOf(s)) && isAlwaysRead(NameOf(s))).OrderBy(s => NameOf(s).Contains(".auto.", StringComparison.Ordinal)).ThenBy(NameOf, StringComparer.Ordinal))
        {
            foreach (var member in HclDocument.ReadSibling(values).Root.Members.Where(m => m.Labels.Count == 0))
            {
                variables[member.Key] = member.Value;
            }
        }

        return new HclScope(variables, locals);

        void Declare(HclDocument declared)
        {
            foreach (var member in declared.Root.Members)
            {
                if (member is { Key: "variable", Labels: [var name], Value: HclObject variable })
                {
                    variables[name] = variable["default"] ?? variables.GetValueOrDefault(name);
                }
                else if (member is { Key: "variables", Labels: [], Value: HclObject all })
                {
                    foreach (var one in all.Members)
                    {
                        variables.TryAdd(one.Key, one.Value);
                    }
                }
                else if (member is { Key: "locals", Labels: [], Value: HclObject values })
                {
                    foreach (var value in values.Members)
                    {
                        locals.TryAdd(value.Key, value.Value);
                    }
                }
                else if (member is { Key: "local", Labels: [var local], Value: HclObject { } body } && body["expression"] is { } expression)
                {
                    locals.TryAdd(local, expression);
                }
            }
        }
    }

    private static string NameOf(SourceFile file) => file.Name.ToString();
}

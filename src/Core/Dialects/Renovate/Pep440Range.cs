using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Dialects.Renovate;

/// <summary>
/// A set of Python's version specifiers, all of which have to hold; pre-releases count
/// (<see href="https://packaging.python.org/en/latest/specifications/version-specifiers/"/>).
/// </summary>
internal sealed class Pep440Range
{
    private static readonly string[] Operators = ["===", "~=", "==", "!=", "<=", ">=", "<", ">"];

    private static readonly SearchValues<char> Separators = SearchValues.Create(";) \t\r\n");

    private readonly List<Specifier> _specifiers;

    private Pep440Range(List<Specifier> specifiers) => _specifiers = specifiers;

    /// <summary>Reads specifiers with commas between them; false where one is none.</summary>
    public static bool TryRead(string text, [NotNullWhen(true)] out Pep440Range? range)
    {
        range = null;
        var specifiers = new List<Specifier>();
        if (!string.IsNullOrWhiteSpace(text))
        {
            foreach (var piece in text.Split(',', StringSplitOptions.TrimEntries))
            {
                if (Specifier.Read(piece) is not { } specifier)
                {
                    return false;
                }

                specifiers.Add(specifier);
            }
        }

        range = new Pep440Range(specifiers);
        return true;
    }

    /// <summary>Whether a version fulfils every specifier.</summary>
    public bool Contains(Pep440Release version) => _specifiers.TrueForAll(s => s.Holds(version));

    private sealed record Specifier(string Operator, string Text, Pep440Release? Version, bool IsPrefix)
    {
        public static Specifier? Read(string text)
        {
            if (Array.Find(Operators, o => text.StartsWith(o, StringComparison.Ordinal)) is not { } op)
            {
                return null;
            }

            var rest = text[op.Length..].TrimStart();
            var isEquality = op is "==" or "!=" or "===";
            var isPrefix = false;
            var version = Pep440Release.Read(rest);
            if (version is null && rest.EndsWith(".*", StringComparison.Ordinal) && (version = Pep440Release.Read(rest[..^2])) is not null)
            {
                rest = rest[..^2];
                isPrefix = true;
            }

            var isWrong = version is null
                ? op != "===" || rest.Length == 0 || rest.AsSpan().ContainsAny(Separators)
                : (op == "~=" && version.Parts.Length < 2)
                    || (!isEquality && version.Local is not null)
                    || (isPrefix && (!isEquality || version.Dev is not null || version.Local is not null));
            return isWrong ? null : new Specifier(op, rest, version, isPrefix);
        }

        public bool Holds(Pep440Release version)
        {
            if (Operator == "~=")
            {
                return Pep440Release.Order(Public(version), Version!) >= 0 && HasPrefix(version, Version!, Version!.Parts.Length - 1);
            }

            if (IsPrefix)
            {
                return HasPrefix(version, Version!, Version!.Parts.Length) == (Operator != "!=");
            }

            if (Operator == "===")
            {
                return version.Text.Equals(Text, StringComparison.OrdinalIgnoreCase);
            }

            // What is older or newer than a release is no pre-release or post-release of it.
            if (Operator is "<" or ">" && Pep440Release.OrderNumbers(version.Parts, Version!.Parts) == 0)
            {
                return false;
            }

            var order = Pep440Release.Order(Version!.Local is null ? Public(version) : version, Version);
            return Operator switch
            {
                "==" => order == 0,
                "!=" => order != 0,
                "<=" => order <= 0,
                ">=" => order >= 0,
                "<" => order < 0,
                _ => order > 0,
            };
        }

        private static Pep440Release Public(Pep440Release version) => version.Local is null ? version : version with { Local = null };

        private static bool HasPrefix(Pep440Release version, Pep440Release prefix, int length) =>
            version.Epoch == prefix.Epoch && version.Parts.Length >= length && version.Parts.AsSpan(0, length).SequenceEqual(prefix.Parts.AsSpan(0, length));
    }
}

using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Basewatch.Core.Dialects.Dependabot;

/// <summary>
/// Conditions on a version as RubyGems writes them (<c>Gem::Requirement</c>), all of which hold: <c>&gt;= 1.2, &lt; 2</c>,
/// <c>~&gt; 3.1</c>, <c>!= 4.0</c>. A version alone means that version; nothing at all means every version.
/// </summary>
internal sealed class GemRequirement
{
    private readonly ImmutableArray<Condition> _conditions;

    private GemRequirement(string text, ImmutableArray<Condition> conditions) => (Text, _conditions) = (text, conditions);

    private enum Operator
    {
        Equal,
        NotEqual,
        Greater,
        Less,
        GreaterOrEqual,
        LessOrEqual,
        Approximately,
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Whether it is <c>&gt;= 0</c>, with which Dependabot leaves a dependency alone altogether.</summary>
    public bool IsEverything => _conditions is [{ Operator: Operator.GreaterOrEqual, Version: var version }] && GemVersion.Compare(version, GemVersion.Zero) == 0;

    /// <summary>Whether it is one version, without an operator or with <c>=</c>, that has a letter in it.</summary>
    public bool IsOnePreRelease => _conditions is [{ Operator: Operator.Equal, Version.IsPreRelease: true }];

    /// <summary>Reads conditions between commas (<c>docker/lib/dependabot/docker/requirement.rb</c> splits there).</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out GemRequirement? requirement)
    {
        requirement = null;
        var pieces = text.Split(',').ToList();

        // As Ruby's split: empty pieces at the end are none, and neither is an empty text.
        while (pieces is [.., ""])
        {
            pieces.RemoveAt(pieces.Count - 1);
        }

        var conditions = ImmutableArray.CreateBuilder<Condition>(Math.Max(1, pieces.Count));
        foreach (var piece in pieces)
        {
            var trimmed = piece.Trim();
            var (operation, length) = ReadOperator(trimmed);
            if (!GemVersion.TryParse(trimmed[length..], out var version))
            {
                return false;
            }

            conditions.Add(new Condition(operation, version));
        }

        if (conditions.Count == 0)
        {
            conditions.Add(new Condition(Operator.GreaterOrEqual, GemVersion.Zero));
        }

        requirement = new GemRequirement(text, conditions.ToImmutable());
        return true;
    }

    /// <summary>Whether a version meets every condition.</summary>
    public bool IsSatisfiedBy(GemVersion version)
    {
        foreach (var condition in _conditions)
        {
            if (!condition.Holds(version))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Text;

    private static (Operator Operator, int Length) ReadOperator(string text) => text switch
    {
        ['!', '=', ..] => (Operator.NotEqual, 2),
        ['>', '=', ..] => (Operator.GreaterOrEqual, 2),
        ['<', '=', ..] => (Operator.LessOrEqual, 2),
        ['~', '>', ..] => (Operator.Approximately, 2),
        ['=', ..] => (Operator.Equal, 1),
        ['>', ..] => (Operator.Greater, 1),
        ['<', ..] => (Operator.Less, 1),
        _ => (Operator.Equal, 0),
    };

    private readonly record struct Condition(Operator Operator, GemVersion Version)
    {
        private GemVersion? Bumped { get; } = Operator == Operator.Approximately ? Version.Bump() : null;

        public bool Holds(GemVersion version)
        {
            var order = GemVersion.Compare(version, Version);
            return Operator switch
            {
                Operator.Equal => order == 0,
                Operator.NotEqual => order != 0,
                Operator.Greater => order > 0,
                Operator.Less => order < 0,
                Operator.GreaterOrEqual => order >= 0,
                Operator.LessOrEqual => order <= 0,
                _ => order >= 0 && GemVersion.Compare(version.Release(), Bumped!) < 0,
            };
        }
    }
}

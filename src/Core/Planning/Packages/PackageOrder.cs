using Basewatch.Core.Dialects.Renovate;
using Basewatch.Core.Images;
using Basewatch.Core.Packages;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Planning.Packages;

/// <summary>The versions of an ecosystem: their order, and what a pin means among them.</summary>
internal abstract class PackageOrder
{
    public static PackageOrder Of(PackageEcosystem ecosystem) => ecosystem switch
    {
        PackageEcosystem.Apt => new AptOrder(),
        PackageEcosystem.Apk => new ApkOrder(),
        PackageEcosystem.Rpm => new RpmOrder(),
        PackageEcosystem.Pip => new LanguageOrder(Pep440Versioning.Instance),
        PackageEcosystem.Npm => new LanguageOrder(NpmVersioning.Instance),
        PackageEcosystem.Gem => new LanguageOrder(RubyVersioning.Instance),
        PackageEcosystem.Dotnet => new LanguageOrder(NugetVersioning.Instance),
        _ => new LanguageOrder(SemverVersioning.Instance),
    };

    /// <summary>Below zero where the first is older.</summary>
    public abstract int Compare(string a, string b);

    /// <summary>Whether a text is a version.</summary>
    public abstract bool IsVersion(string text);

    /// <summary>Whether a version, or a pin, is of a stream that has to be enabled, which the archive does not tell.</summary>
    public virtual bool IsOfStream(string text) => false;

    /// <summary>Whether a version is what a pin asks for.</summary>
    public abstract bool Holds(string pinned, PackageConstraint constraint, string version);

    /// <summary>What is written for a version, in the form that the pin has.</summary>
    public virtual string Written(string pinned, PackageConstraint constraint, string version) => version;

    /// <summary>Whether a version may be taken without being asked for: no pre-release, unless the pin is one.</summary>
    public virtual bool IsStable(string version, string pinned) => true;

    /// <summary>How far a step goes.</summary>
    public virtual UpdateKind KindOf(string from, string to) => UpdateKind.Patch;

    /// <summary>The newest of some.</summary>
    public string? Newest(IEnumerable<string> versions)
    {
        string? newest = null;
        foreach (var version in versions)
        {
            newest = newest is null || Compare(version, newest) > 0 ? version : newest;
        }

        return newest;
    }

    /// <summary>So many numbers of a version as another text has.</summary>
    protected static string Shortened(string version, string like) => string.Join('.', version.Split('.').Take(like.Count(c => c == '.') + 1));

    private sealed class AptOrder : PackageOrder
    {
        public override int Compare(string a, string b) => DebianVersion.Compare(DebianVersion.Parse(a), DebianVersion.Parse(b));

        public override bool IsVersion(string text) => DebianVersion.TryParse(text, out _);

        public override bool Holds(string pinned, PackageConstraint constraint, string version) =>
            constraint == PackageConstraint.Prefix ? Wildcard.Matches(pinned, version) : pinned == version;
    }

    private sealed class ApkOrder : PackageOrder
    {
        public override int Compare(string a, string b) => ApkVersion.Compare(ApkVersion.Parse(a), ApkVersion.Parse(b));

        public override bool IsVersion(string text) => ApkVersion.TryParse(text, out _);

        public override bool Holds(string pinned, PackageConstraint constraint, string version) => constraint switch
        {
            PackageConstraint.Prefix => ApkVersion.TryParse(pinned, out var prefix) && ApkVersion.Parse(version).IsWithin(prefix),
            PackageConstraint.Range => true,
            _ => ApkVersion.TryParse(pinned, out var exact) && ApkVersion.Compare(ApkVersion.Parse(version), exact) == 0,
        };

        public override string Written(string pinned, PackageConstraint constraint, string version) =>
            constraint == PackageConstraint.Prefix && !pinned.Contains('-', StringComparison.Ordinal) ? Shortened(version.Split('-')[0].Split('_')[0], pinned) : version;
    }

    private sealed class RpmOrder : PackageOrder
    {
        public override int Compare(string a, string b) => RpmVersion.Compare(RpmVersion.Parse(a), RpmVersion.Parse(b));

        public override bool IsVersion(string text) => RpmVersion.TryParse(text, out _);

        public override bool IsOfStream(string text) => RpmVersion.TryParse(text.Replace("*", "0", StringComparison.Ordinal), out var version) && version.IsModular;

        public override bool Holds(string pinned, PackageConstraint constraint, string version)
        {
            // Without an epoch or a release every one is meant.
            var plain = pinned.Contains(':', StringComparison.Ordinal) ? version : WithoutEpoch(version);
            return constraint == PackageConstraint.Prefix && pinned.Contains('*', StringComparison.Ordinal) ? Wildcard.Matches(pinned, plain)
                : RpmVersion.TryParse(pinned, out var wanted) && RpmVersion.TryParse(plain, out var there) && RpmVersion.Compare(wanted, there) == 0;
        }

        public override string Written(string pinned, PackageConstraint constraint, string version)
        {
            var plain = pinned.Contains(':', StringComparison.Ordinal) ? version : WithoutEpoch(version);
            return pinned.Contains('-', StringComparison.Ordinal) || pinned.Contains('*', StringComparison.Ordinal) ? plain : plain.Split('-')[0];
        }

        private static string WithoutEpoch(string version) => version[(version.IndexOf(':', StringComparison.Ordinal) + 1)..];
    }

    private sealed class LanguageOrder(Versioning versioning) : PackageOrder
    {
        public override int Compare(string a, string b) => versioning.Compare(versioning.Read(a)!, versioning.Read(b)!);

        public override bool IsVersion(string text) => versioning.Read(text) is not null;

        public override bool IsStable(string version, string pinned) =>
            versioning.IsStable(versioning.Read(version)!) || (versioning.Read(pinned) is { } current && !versioning.IsStable(current));

        public override bool Holds(string pinned, PackageConstraint constraint, string version)
        {
            if (constraint != PackageConstraint.Prefix)
            {
                return pinned == version || (versioning.Read(pinned) is { } a && versioning.Read(version) is { } b && versioning.AreEqual(a, b));
            }

            var prefix = pinned.TrimEnd('*').TrimEnd('.');
            return version == prefix || version.StartsWith(prefix + ".", StringComparison.Ordinal);
        }

        public override string Written(string pinned, PackageConstraint constraint, string version) =>
            constraint != PackageConstraint.Prefix ? version
            : pinned.EndsWith('*') ? Shortened(version, pinned[..^2]) + ".*"
            : Shortened(version, pinned);

        public override UpdateKind KindOf(string from, string to)
        {
            var (a, b) = (from.TrimEnd('*').Split('.'), to.Split('.'));
            return a[0].TrimStart('v') != b[0].TrimStart('v') ? UpdateKind.Major
                : a.Length > 1 && b.Length > 1 && a[1] == b[1] ? UpdateKind.Patch
                : UpdateKind.Minor;
        }
    }
}

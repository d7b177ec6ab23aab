using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Basewatch.Core.Formats.Builds;
using Basewatch.Core.Formats.Comments;

namespace Basewatch.Core.Formats;

/// <summary>The formats that Basewatch reads, in the order in which they are asked.</summary>
public sealed class FormatCatalog
{
    /// <summary>Enough of one file's wrong references to see what is wrong; each use says it of itself.</summary>
    private const int MostWrong = 100;

    private readonly IReadOnlyList<IFormat> _formats;
    private readonly FormatIndex _index;

    /// <summary>A catalogue of the formats given; where two find the same place, the first one's use counts.</summary>
    public FormatCatalog(IReadOnlyList<IFormat> formats) => (_formats, _index) = (formats, new FormatIndex(formats));

    /// <summary>Every format. A new one is registered here and nowhere else; the more special stands before the more general.</summary>
    public static FormatCatalog Default { get; } = new(
    [
        new DockerfileFormat(),
        new ComposeFormat(),
        new HelmChartFormat(),
        new HelmValuesFormat(),
        new HelmfileFormat(),
        new KustomizeFormat(),
        new FluxFormat(),
        new ArgoCdFormat(),
        new FleetFormat(),
        new CarvelFormat(),
        new HelmResourceFormat(),
        new TektonFormat(),
        new ArgoWorkflowsFormat(),
        new CrossplaneFormat(),
        new SkaffoldFormat(),
        new GardenFormat(),
        new GitHubActionsFormat(),
        new GitLabCiFormat(),
        new AzurePipelinesFormat(),
        new CircleCiFormat(),
        new BitbucketPipelinesFormat(),
        new DroneFormat(),
        new WoodpeckerFormat(),
        new VelaFormat(),
        new CloudBuildFormat(),
        new BuildkiteFormat(),
        new ConcourseFormat(),
        new AcrTasksFormat(),
        new AzureDeveloperFormat(),
        new SemaphoreFormat(),
        new CirrusFormat(),
        new ScrewdriverFormat(),
        new CodefreshFormat(),
        new ProwFormat(),
        new JenkinsFormat(),
        new BakeFormat(),
        new TerraformFormat(),
        new PackerFormat(),
        new NomadFormat(),
        new BazelFormat(),
        new KubernetesFormat(),
        new AnsibleFormat(),
        new EarthfileFormat(),
        new PreCommitFormat(),
        .. KeyPathFormat.All,
        new BicepFormat(),
        new ArmFormat(),
        new AzureYamlFormat(),
        new DevcontainerFormat(),
        new MSBuildFormat(),
        new MavenFormat(),
        new GradleFormat(),
        new BuildpacksFormat(),
        new TomlImagesFormat(),
        new QuadletFormat(),
        new CommentFormat(),
    ]);

    /// <summary>These formats, and after them some of one's own.</summary>
    public FormatCatalog With(IReadOnlyList<RegexFormat> formats)
    {
        ArgumentNullException.ThrowIfNull(formats);
        return formats.Count == 0 ? this : new([.. _formats, .. formats]);
    }

    /// <summary>
    /// Tells catalogues with other formats of one's own apart, so that what one has read is not taken for what another
    /// would read; 0 where there are none.
    /// </summary>
    public int Definitions => _formats.OfType<RegexFormat>().ToList() is { Count: > 0 } own
        ? BinaryPrimitives.ReadInt32LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', own.Select(f => f.Definition)))))
        : 0;

    /// <summary>The formats, in order.</summary>
    public IReadOnlyList<IFormat> Formats => _formats;

    /// <summary>The formats that may read a file of this path, in order.</summary>
    public IReadOnlyList<IFormat> For(string path) => _index.Of(path);

    /// <summary>
    /// Reads a file's uses with every format that matches its path and finds it to be of its kind;
    /// <see cref="ImageUse.Format"/> says which found a use.
    /// </summary>
    /// <param name="path">Path from the root of the repository.</param>
    /// <param name="bytes">The file.</param>
    /// <param name="siblings">The files beside it that <see cref="FileSelection.SiblingsOf"/> names.</param>
    public FormatReading Read(string path, ReadOnlySpan<byte> bytes, IReadOnlyList<SourceFile>? siblings = null)
    {
        SourceFile? file = null;
        List<FormatReading>? readings = null;

        // UTF-16 has a NUL beside each letter: without them its words are found, and that it can't be read is told.
        ReadOnlySpan<byte> words = bytes.Contains((byte)0) ? bytes.ToArray().Where(b => b != 0).ToArray() : [];
        foreach (var format in For(path))
        {
            if (!format.MayBe(path, bytes) && (words.IsEmpty || !format.MayBe(path, words)))
            {
                continue;
            }

            if (file is null && !SourceFile.TryRead(path, bytes, out file, out var problem, siblings))
            {
                return new FormatReading([], [problem]);
            }

            if (format.Read(file) is var reading && !ReferenceEquals(reading, FormatReading.None))
            {
                (readings ??= []).Add(reading);
            }
        }

        var merged = readings is null ? FormatReading.None : Merge(file!, readings);
        return BuildReader.MayBe(path, bytes) && (file is not null || SourceFile.TryRead(path, bytes, out file, out _, siblings)) && BuildReader.Read(file) is [_, ..] builds
            ? merged with { Builds = builds }
            : merged;
    }

    /// <summary>Reads a file again, as <see cref="Read(string, ReadOnlySpan{byte}, IReadOnlyList{SourceFile}?)"/> would read its bytes.</summary>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Read(file.Path, SourceFile.Encode(file.Text), file.Siblings);
    }

    private static FormatReading Merge(SourceFile file, List<FormatReading> readings)
    {
        var uses = readings[0].Uses;
        var problems = readings[0].Problems.ToList();
        for (var i = 1; i < readings.Count; i++)
        {
            problems.AddRange(readings[i].Problems.Where(p => !problems.Contains(p)));
            uses = uses.Count == 0 ? readings[i].Uses : readings[i].Uses.Count == 0 ? uses : Merge(uses, readings[i].Uses);
        }

        uses = IgnoreComments.Apply(file, uses);
        var packages = IgnoreComments.Apply(file, [.. readings.SelectMany(r => r.Packages)]);
        problems.AddRange(uses.Select(u => u.Problem).OfType<FileProblem>().Take(MostWrong));
        return uses.Count + packages.Count + problems.Count == 0 ? FormatReading.None : new FormatReading(uses, problems) { Packages = packages };
    }

    /// <summary>What the first finds goes before what the second finds in the same place, unless only the second knows the image.</summary>
    private static List<ImageUse> Merge(IReadOnlyList<ImageUse> first, IReadOnlyList<ImageUse> second)
    {
        var places = new Places(first);
        var replaced = new HashSet<int>();
        var kept = new List<ImageUse>();
        foreach (var use in second)
        {
            var shared = places.SharedWith(use);
            if (shared.Count == 0)
            {
                kept.Add(use);
            }
            else if (use.Reference is not null && shared.All(i => first[i].Reference is null))
            {
                kept.Add(use);
                replaced.UnionWith(shared);
            }
        }

        return [.. first.Where((_, i) => !replaced.Contains(i)).Concat(kept).OrderBy(u => u.Line).ThenBy(u => u.Column)];
    }

    /// <summary>Finds the uses of a file that are written in the same place as another, or begin where it begins.</summary>
    private sealed class Places
    {
        private readonly List<(string Path, int Start, int End, int Use)> _spans = [];
        private readonly Dictionary<(int Line, int Column), List<int>> _starts = [];
        private readonly int _longest;

        public Places(IReadOnlyList<ImageUse> uses)
        {
            for (var i = 0; i < uses.Count; i++)
            {
                foreach (var span in uses[i].Written.Spans)
                {
                    _spans.Add((span.Path ?? "", span.Start, span.End, i));
                    _longest = Math.Max(_longest, span.Length);
                }

                if (!_starts.TryGetValue((uses[i].Line, uses[i].Column), out var same))
                {
                    _starts[(uses[i].Line, uses[i].Column)] = same = [];
                }

                same.Add(i);
            }

            _spans.Sort((a, b) => string.CompareOrdinal(a.Path, b.Path) is not 0 and var order ? order : a.Start.CompareTo(b.Start));
        }

        public HashSet<int> SharedWith(ImageUse use)
        {
            var shared = new HashSet<int>(_starts.GetValueOrDefault((use.Line, use.Column), []));
            foreach (var span in use.Written.Spans)
            {
                for (var i = FirstAt(span.Path ?? "", span.Start - _longest); i < _spans.Count && _spans[i].Path == (span.Path ?? "") && _spans[i].Start < span.End; i++)
                {
                    if (_spans[i].End > span.Start)
                    {
                        shared.Add(_spans[i].Use);
                    }
                }
            }

            return shared;
        }

        private int FirstAt(string path, int start)
        {
            var (low, high) = (0, _spans.Count);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if ((string.CompareOrdinal(_spans[middle].Path, path) is not 0 and var order ? order : _spans[middle].Start.CompareTo(start)) >= 0)
                {
                    high = middle;
                }
                else
                {
                    low = middle + 1;
                }
            }

            return low;
        }
    }
}

using Basewatch.Core.Formats;
using Basewatch.Core.Formats.Yaml;
using Basewatch.Core.Images;
using Basewatch.Core.Policies;

namespace Basewatch.Core.Dialects.ArgoCd;

/// <summary>Reads what a repository has of Applications and of the updater's resource, and makes rules of it.</summary>
/// <param name="dialect">Reads the words of an image.</param>
internal sealed class RepositoryReader(IDialect dialect)
{
    /// <summary>Comparisons of Applications with the resource's entries, so that no text takes minutes.</summary>
    private const int MostComparisons = 300_000;

    /// <summary>What it may take to ask all Applications about one use, see <see cref="ApplicationScope.Cost"/>.</summary>
    private const int MostCost = 100_000;

    private readonly Findings _findings = new();
    private readonly List<Application> _applications = [];
    private readonly List<ImageUpdaterResource> _resources = [];
    private readonly KustomizeBases _bases = new();
    private readonly Dictionary<ImageName, List<ApplicationRules>> _rules = [];
    private readonly Dictionary<ImageEntry, (string Words, IPolicy? Policy, string? Mistake)> _policies = new(ReferenceEqualityComparer.Instance);
    private readonly List<ApplicationRules> _wholes = [];
    private readonly List<BrokenPart> _broken = [];
    private string? _commitPrefix;
    private int _comparisons;
    private int _cost;

    /// <summary>Reads the parts.</summary>
    public DialectReading Read(IReadOnlyList<ConfigurationPart> parts)
    {
        foreach (var part in parts)
        {
            ReadPart(part);
        }

        var names = _applications.CountBy(a => a.Name, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
        foreach (var application in _applications)
        {
            if (_comparisons > MostComparisons || _cost > MostCost)
            {
                _findings.Wrong(application.Part.Path, application.FirstLine, "there are more Applications, paths and patterns than are read: from here on everything stays as it is");
                break;
            }

            if (SettingsOf(application) is { } settings && (settings.Images.Count > 0 || settings.Unnamed is not null))
            {
                Add(application, settings, names[application.Name] == 1);
            }
        }

        var others = _comparisons > MostComparisons || _cost > MostCost ? PolicyRule.SwitchOff("there is more configuration of Argo CD Image Updater than is read", null) : null;
        return new DialectReading(_rules.Count + _wholes.Count + _broken.Count == 0 && others is null ? null : new ArgoCdRules(_rules, _wholes, _broken, others), _findings.Errors, _findings.Remarks);
    }

    private void ReadPart(ConfigurationPart part)
    {
        var file = part.ToSource();
        if (part.Text.Length > ConfigurationPart.LongestText)
        {
            Break(part, new FileProblem(part.Path, part.Line, $"this document is longer than {ConfigurationPart.LongestText} characters: split it"));
            return;
        }

        var yaml = YamlStream.Read(file);
        if (yaml.Problem is { } problem)
        {
            Break(part, problem);
        }

        foreach (var root in yaml.Documents.OfType<YamlMapping>())
        {
            if (KustomizeBases.IsPart(part.Path, root))
            {
                _bases.Add(part.Path, root);
            }

            foreach (var document in root.Scalar("kind")?.Value == "List" ? root.Mappings("items") : [root])
            {
                if (ManifestParts.IsImageUpdater(document))
                {
                    _resources.Add(ImageUpdaterResource.Read(part, file, document, _findings));
                }
                else if (ManifestParts.IsSettings(document) && document.Mapping("data")?.Scalar(ManifestParts.CommitTemplate) is { } template)
                {
                    ReadCommitTemplate(part, file, template);
                }
            }

            _applications.AddRange(Application.Read(part, file, root));
        }
    }

    private void Break(ConfigurationPart part, FileProblem problem)
    {
        _findings.Wrong(problem);
        var broken = new BrokenPart(part, problem.Line);
        _cost += broken.Cost;
        _broken.Add(broken);
    }

    /// <summary>What stands before the colon of its first line: <c>chore(images)</c>.</summary>
    private void ReadCommitTemplate(ConfigurationPart part, SourceFile file, YamlScalar template)
    {
        var first = template.Value.AsSpan().Trim();
        first = first.IndexOfAny('\r', '\n') is >= 0 and var end ? first[..end] : first;
        var prefix = first.IndexOf(':') is > 0 and <= 60 and var colon ? first[..colon] : [];
        if (prefix.IsEmpty || prefix.IndexOfAny('{', '}') >= 0)
        {
            _findings.Remark(part.Path, file.PositionOf(template.Start).Line, $"'{ManifestParts.CommitTemplate}' is passed over: of a message, only what its first line begins with before a colon is taken, such as 'chore(images):'");
            return;
        }

        _commitPrefix ??= Excerpt.Of(prefix.ToString());
    }

    /// <summary>
    /// What the updater is told of an Application. Since version 1 the resource says so, and annotations count where it asks for them;
    /// without any resource they count by themselves, as before.
    /// </summary>
    private ApplicationSettings? SettingsOf(Application application)
    {
        var hasAnnotations = AnnotationReader.Has(application);
        var asksForList = _resources.Count == 0;
        foreach (var resource in _resources)
        {
            if (resource.Namespace is not null && application.Namespace is not null && resource.Namespace != application.Namespace)
            {
                continue;
            }

            foreach (var entry in resource.Refs)
            {
                _comparisons += entry.Cost;
                if (_comparisons > MostComparisons)
                {
                    return null;
                }

                asksForList |= entry.UsesAnnotations && entry.IsFor(application);

                // Who has no annotations is left to the next entry (FilterApplicationsForUpdate).
                if (entry.IsFor(application) && (!entry.UsesAnnotations || hasAnnotations))
                {
                    return entry.UsesAnnotations ? new AnnotationReader(application, _findings).Read() : entry.Settings;
                }
            }
        }

        if (hasAnnotations && _resources.Count > 0)
        {
            _findings.Remark(application.Part.Path, application.FirstLine, $"the annotations of '{Excerpt.Of(application.Name)}' are passed over: there is an ImageUpdater, and none with 'useAnnotations: true' is for it");
        }

        return asksForList && AnnotationReader.HasWithoutList(application) ? new AnnotationReader(application, _findings).ReadWithoutList()
            : hasAnnotations && _resources.Count == 0 ? new AnnotationReader(application, _findings).Read()
            : null;
    }

    private void Add(Application application, ApplicationSettings settings, bool isNameUnique)
    {
        var scope = new ApplicationScope(application, settings.WriteBack, _bases);
        _cost += scope.Cost;
        _comparisons += application.IsGenerated ? _bases.Count / 20 : 0;
        var folder = application.Part.Path[..Math.Max(0, application.Part.Path.LastIndexOf('/'))];
        var proposal = new ProposalSettings
        {
            Group = GroupName.Of(isNameUnique ? $"argocd-{application.Name}" : $"argocd-{folder}-{application.Name}"),
            TargetBranch = settings.WriteBack.Branch,
            Labels = settings.WriteBack.Labels,
            CommitPrefix = _commitPrefix,
        };
        if (settings.Unnamed is { } why)
        {
            _wholes.Add(new ApplicationRules(scope, [PolicyRule.SwitchOff(why, application.Part.SourceAt(application.FirstLine))]));
        }

        var byImage = new Dictionary<ImageName, ApplicationRules>();
        foreach (var image in settings.Images)
        {
            Add(byImage, scope, image.Image, ToRule(image, settings, proposal));
            if (image.Replaced is { } replaced)
            {
                Add(byImage, scope, replaced, PolicyRule.SwitchOff($"Kustomize is to put {image.Image.Familiar} in its place, whose tag is not written here", settings.File.SourceAt(image.Line)));
            }
        }
    }

    private void Add(Dictionary<ImageName, ApplicationRules> byImage, ApplicationScope scope, ImageName image, PolicyRule rule)
    {
        if (!byImage.TryGetValue(image, out var rules))
        {
            byImage[image] = rules = new ApplicationRules(scope, []);
            if (!_rules.TryGetValue(image, out var all))
            {
                _rules[image] = all = [];
            }

            all.Add(rules);
        }

        rules.Rules.Add(rule);
        _cost++;
    }

    private PolicyRule ToRule(ImageEntry image, ApplicationSettings settings, ProposalSettings proposal)
    {
        var source = settings.File.SourceAt(image.Line);
        if ((settings.Mistake ?? image.Mistake) is { } told)
        {
            return Off(told);
        }

        if (!_policies.TryGetValue(image, out var policy))
        {
            _policies[image] = policy = ReadPolicy(image, settings.File.Path);
        }

        return policy.Mistake is { } mistake ? Off(mistake) : new PolicyRule(new PolicyText(dialect.Name, policy.Words), policy.Policy)
        {
            Summary = SummaryOf(image),
            Source = source,
            Pins = IsDigest(image),
            Platforms = image.Settings.Platforms,
            Proposal = proposal,
        };

        PolicyRule Off(string why) => PolicyRule.SwitchOff($"its configuration is wrong: {why}", source);
    }

    private (string Words, IPolicy? Policy, string? Mistake) ReadPolicy(ImageEntry image, string path)
    {
        var settings = new UpdateSettings();
        if (image.Constraint.Length > 0)
        {
            settings.Set("constraint", image.Constraint, image.Line);
        }

        settings = image.Settings.With(settings);
        var (text, lines) = settings.ToLines();
        var reading = dialect.ReadPolicy(new SourceFile(path, text));
        foreach (var remark in reading.Remarks.Where(r => r.Message != ArgoCdDialect.NoPlatforms))
        {
            _findings.Remark(path, LineOf(remark), remark.Message);
        }

        foreach (var error in reading.Errors)
        {
            _findings.Wrong(path, LineOf(error), $"{image.Image.Familiar}: {error.Message}");
        }

        // What is kept are the words: they decide.
        var words = settings.ToWords();
        var policy = reading.Policy is null ? null : new PolicyText(dialect.Name, words).Read();
        return (words, policy, policy is not null ? null : reading.Errors is [var first, ..] ? first.Message : "it can't be read");

        int LineOf(FileProblem problem) => problem.Line is { } line && line <= lines.Count ? lines[line - 1] : image.Line;
    }

    private static bool IsDigest(ImageEntry image) => image.Settings.Text("update-strategy").Trim().Equals("digest", StringComparison.OrdinalIgnoreCase);

    private static string SummaryOf(ImageEntry image)
    {
        var strategy = image.Settings.Text("update-strategy").Trim().ToLowerInvariant() switch
        {
            "newest-build" or "latest" => "newest-build",
            "alphabetical" or "name" => "alphabetical",
            "digest" => $"digest of {image.Constraint}",
            _ => image.Constraint.Length == 0 ? "semver" : $"semver {image.Constraint}",
        };
        var (allowed, ignored) = (image.Settings.Text("allow-tags"), image.Settings.Text("ignore-tags"));
        var platforms = image.Settings.Platforms;
        return Excerpt.Of($"{strategy}{(allowed.Length == 0 ? "" : $", only {allowed}")}{(ignored.Length == 0 ? "" : $", not {ignored}")}{(platforms.Count == 0 ? "" : $", for {string.Join(", ", platforms)}")}");
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Basewatch.Core.Formats;
using Basewatch.Core.Tests.Formats.Generated;
using CsCheck;

namespace Basewatch.Core.Tests.Formats;

public sealed class HostileFileTests
{
    /// <summary>One for every pattern of every format.</summary>
    private static readonly Gen<string> AnyPath = Gen.OneOf(
        [.. FormatCatalog.Default.Formats.SelectMany(f => f.Files).Select(Sample).Distinct(StringComparer.Ordinal)]);

    private static readonly Gen<string> Token = Gen.OneOf(
        "{", "}", "[", "]", ":", ": ", "- ", "&a ", "*a", "<<: *a", "!x ", "\n", "\r\n", "\r", "\t", "\"", "'", "|", ">", "${", "$", "}", ":-", "#", "\\", "`", "<<E", "--from=", "--mount=from=",
        "FROM ", "ARG ", "image: ", "apiVersion: v1\nkind: Pod\n", "services:\n", "---\n", "? ", "%", "resource \"docker_image\" \"a\" {\n", "name = ", "image = ", "<<-E\n", "E\n", "%{", "local.a", "job \"a\" {", "task \"b\" {", "oci.pull(", "= ", "(", ")", "@", "\u0000", "\uFEFF", "\u2028", "😀", "\ud800", "{{", "\\U00110000", "\\x", ",");

    [Fact]
    public void No_bytes_make_a_format_throw() => Gen.Select(AnyPath, Gen.Byte.Array[0, 300]).Sample(Read, iter: 10_000);

    [Fact]
    public void No_text_makes_a_format_throw() => Gen.Select(AnyPath, Token.Array[0, 60]).Sample((path, tokens) => Read(path, Encoding.UTF8.GetBytes(string.Concat(tokens))), iter: 20_000);

    [Fact]
    public void Broken_fixtures_are_read_as_far_as_they_go_and_edits_of_them_are_exact_or_refused()
    {
        var fixtures = Fixture.All.Select(f => (f.Path, Text: Encoding.UTF8.GetString(f.Bytes))).ToArray();
        var broken = Gen.Select(Gen.OneOf(fixtures), Gen.Select(Gen.Int[0, 5000], Gen.Int[0, 30], Token).Array[1, 6], (fixture, changes) =>
        {
            var text = fixture.Text;
            foreach (var (at, cut, insert) in changes)
            {
                var from = text.Length == 0 ? 0 : at % text.Length;
                text = text.Remove(from, Math.Min(cut, text.Length - from)).Insert(from, insert);
            }

            return (fixture.Path, text);
        });
        broken.Sample((path, text) =>
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            var reading = FormatCatalog.Default.Read(path, bytes);
            if (SourceFile.TryRead(path, bytes, out var file, out _) && reading.Uses.FirstOrDefault(u => u.Reference is not null) is { } use)
            {
                var target = use.Reference! with { Tag = "9.9.9" };
                var targets = new Dictionary<ImageUse, Basewatch.Core.Images.ImageReference> { [use] = target };
                if (ReferenceEdit.TryApply(FormatCatalog.Default, [(file, reading.Uses)], targets, out var edited, out _))
                {
                    Assert.True(ReferenceEdit.TryCreate(use, target, out var edits, out _));
                    GeneratedFile.AssertOnlySpansChanged(file.Text, edited.GetValueOrDefault(path, file.Text), edits);
                }
            }
        }, iter: 10_000);
    }

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(6);

    public static TheoryData<string, string> Bombs { get; } = new()
    {
        { "pod.yaml", "50 MB" }, { "pod.yaml", "flow nesting" }, { "pod.yaml", "block nesting" }, { "pod.json", "json nesting" }, { "pod.yaml", "aliases" }, { "pod.yaml", "alias chain" },
        { "compose.yml", "aliases" }, { "compose.yml", "merges" }, { "compose.yml", "merge chain" }, { "compose.yml", "many services" }, { "compose.yml", "nested defaults" }, { "pod.yaml", "many items" },
        { "Dockerfile", "argument doubling" }, { "Dockerfile", "many froms" }, { "Dockerfile", "many mounts" }, { "Dockerfile", "continued lines" }, { "Dockerfile", "many variables" }, { "Dockerfile", "here-documents" },
        { "Dockerfile", "argument chain" }, { "compose.yml", "long block" }, { "pod.yaml", "broken quotes" },
        { "values.yaml", "aliases" }, { "values.yaml", "many values" }, { "values.yaml", "shared registry" }, { "values.yaml", "merge chain" }, { "values.yaml.gotmpl", "many templates" },
        { "kustomization.yaml", "many new tags" }, { "application.yaml", "many parameters" }, { "helmfile.yaml", "many templates" },
        { "pod.yaml", "parameter chain" }, { "pod.yaml", "texts in texts" }, { "pod.yaml", "broken documents" }, { "chart/templates/pod.yaml", "template lines" }, { "Earthfile", "many froms" }, { "Earthfile", "argument chain" },
        { "tasks/main.yml", "task aliases" }, { "batect.yml", "container aliases" },
        { ".github/workflows/ci.yml", "matrices" }, { ".github/workflows/ci.yml", "expressions" }, { ".gitlab-ci.yml", "extends" }, { ".gitlab-ci.yml", "variables in variables" },
        { ".gitlab-ci.yml", "merge chain" }, { ".gitlab-ci.yml", "aliases" }, { ".circleci/config.yml", "calls" }, { "azure-pipelines.yml", "scopes" }, { "Jenkinsfile", "groovy" },
        { "Dockerfile", "patterns" }, { "Dockerfile", "open braces in FROM" }, { "compose.yml", "open braces" }, { "compose.yml", "templates" }, { "run.sh", "comments" }, { "run.sh", "comments before nothing" },
        { "main.json", "template nesting" }, { "main.json", "template calls" }, { "main.json", "variable doubling" }, { ".devcontainer.json", "json nesting" }, { "main.bicep", "bicep nesting" },
        { "main.bicep", "bicep doubling" }, { "main.bicep", "bicep names" }, { "main.bicep", "bicep resources" }, { "main.bicep", "bicep choices" }, { "main.bicep", "bicep quotes" },
        { "pom.xml", "xml nesting" }, { "pom.xml", "many plugins" }, { "pom.xml", "property doubling" }, { "build.gradle", "gradle blocks" }, { "build.gradle", "gradle names" }, { "build.gradle", "gradle variables" }, { "builder.toml", "toml nesting" }, { "builder.toml", "toml tables" }, { "a.container", "many units" },
        { "main.tf", "hcl nesting" }, { "main.tf", "hcl local chain" }, { "main.tf", "hcl local doubling" }, { "main.tf", "hcl steps" }, { "main.tf", "hcl here-documents" }, { "main.tf", "hcl open quotes" },
        { "main.tf", "hcl many uses" }, { "main.tf", "hcl text in text" }, { "main.tf.json", "hcl json" }, { "main.tf", "hcl rendered" }, { "MODULE.bazel", "starlark calls" }, { "a.nomad.hcl", "hcl nesting" }, { "main.tf", "hcl operators" },
        { "a.csproj", "xml attributes" }, { "a.container", "continued value" }, { "fly.toml", "toml items" }, { "main.json", "long expression" }, { "main.bicep", "bicep members" }, { "Earthfile", "continued lines" },
        { "pod.yaml", "folded lines" }, { "main.tf", "hcl labels" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_bomb_is_read_or_refused_in_bounded_time(string path, string bomb)
    {
        var bytes = Encoding.UTF8.GetBytes(Make(bomb));

        // Alone and in Release each takes under a second; what is not linear takes minutes.
        var best = TimeSpan.MaxValue;
        for (var i = 0; i < 3 && best > Limit; i++)
        {
            var start = Worked();
            _ = FormatCatalog.Default.Read(path, bytes);
            var took = Worked() - start;
            best = took < best ? took : best;
        }

        Assert.True(best <= Limit, $"{bomb} took {best.TotalSeconds:0.0} s");
    }

    /// <summary>How long this thread has worked: where Linux tells it, other tests beside this one do not count.</summary>
    private static TimeSpan Worked()
    {
        const string Source = "/proc/thread-self/schedstat";
        const int NanosecondsPerTick = 100;
        return OperatingSystem.IsLinux() && File.Exists(Source)
            ? TimeSpan.FromTicks(long.Parse(File.ReadAllText(Source).Split(' ')[0], CultureInfo.InvariantCulture) / NanosecondsPerTick)
            : Stopwatch.GetElapsedTime(0);
    }

    [Fact]
    public void What_can_not_be_read_says_why()
    {
        AssertProblem("pod.yaml: the file is larger than 8 MiB, the most that is read", "pod.yaml", new byte[50 * 1024 * 1024]);
        AssertProblem("Dockerfile:2: the file has a NUL byte: it is no text", "Dockerfile", "FROM a\n\0"u8.ToArray());
        AssertProblem("compose.yml:1: the file is UTF-16: save it as UTF-8", "compose.yml", [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("services:")]);
        AssertProblem("Dockerfile:2: the file is not UTF-8: save it as UTF-8", "Dockerfile", [.. "FROM a\n"u8, 0xE9, .. "\n"u8]);
        AssertProblem("pod.yaml:1: the YAML is nested deeper than 200 levels", "pod.yaml", Encoding.UTF8.GetBytes(Make("flow nesting")));
        AssertProblem("pod.yaml: the YAML has more than 500000 nodes: the rest is not read", "pod.yaml", Encoding.UTF8.GetBytes(Make("many items")));
    }

    [Theory]
    [InlineData("pod.json")]
    [InlineData("main.tf")]
    [InlineData("pom.xml")]
    [InlineData("Jenkinsfile")]
    public void UTF_16_is_reported_where_its_words_matter_with_and_without_a_byte_order_mark(string path)
    {
        const string Text = "apiVersion kind image";
        var message = path + ":1: the file is UTF-16: save it as UTF-8";
        AssertProblem(message, path, [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)]);
        AssertProblem(message, path, [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text)]);
        AssertProblem(message, path, Encoding.Unicode.GetBytes(Text));
        AssertProblem(message, path, Encoding.BigEndianUnicode.GetBytes(Text));
        Assert.Same(FormatReading.None, FormatCatalog.Default.Read(path, Encoding.Unicode.GetBytes("nothing")));
    }

    [Fact]
    public void A_file_of_values_that_many_share_is_looked_through_once()
    {
        var environment = new SourceFile(".env", "V=1\n" + Times("# basewatch: ignore\n", 400_000));
        for (var i = 0; i < 2_000; i++)
        {
            Assert.Equal("1", Assert.Single(FormatCatalog.Default.Read("compose.yml", "services: {a: {image: \"a:${V}\"}}"u8, [environment]).Uses).Reference?.Tag);
        }
    }

    [Fact]
    public void Files_that_share_a_large_sibling_can_be_read_at_the_same_time()
    {
        var values = new SourceFile("values.tf", string.Concat(Enumerable.Range(0, 20_000).Select(i => $"variable \"v{i}\" {{ default = \"1.{i}\" }}\n")));
        Parallel.For(0, 200, i => Assert.Equal($"1.{i}", Assert.Single(FormatCatalog.Default.Read(
            $"m{i}.tf", Encoding.UTF8.GetBytes($"resource \"docker_image\" \"a\" {{ name = \"a:${{var.v{i}}}\" }}"), [values]).Uses).Reference?.Tag));
    }

    [Fact]
    public void A_value_of_many_variables_that_many_services_read_costs_no_more_than_the_uses_that_are_kept()
    {
        var environment = new SourceFile(".env", string.Concat(Enumerable.Range(0, 99).Select(i => $"A{i}=1\n")) + "A=" + string.Concat(Enumerable.Range(0, 99).Select(i => $"${{A{i}}}")));
        var reading = FormatCatalog.Default.Read("compose.yml", Encoding.UTF8.GetBytes("services:\n" + string.Concat(Enumerable.Range(0, 80_000).Select(i => $"  s{i}: {{image: \"a:${{A}}\"}}\n"))), [environment]);
        Assert.Equal(UseList.MostUses, reading.Uses.Count);
        Assert.Equal("compose.yml: the file names more than 10000 images: the rest is not read", Assert.Single(reading.Problems).ToString());
    }

    private static void AssertProblem(string message, string path, byte[] bytes) =>
        Assert.Equal(message, Assert.Single(FormatCatalog.Default.Read(path, bytes).Problems).ToString());

    private static void Read(string path, byte[] bytes) =>
        Assert.All(FormatCatalog.Default.Read(path, bytes).Uses, u => Assert.False(u.Reference is null && u.Skip is null));

    /// <summary>A path that a pattern matches: its first alternatives, and a letter for each wildcard.</summary>
    internal static string Sample(string pattern)
    {
        for (int open; (open = pattern.IndexOf('{', StringComparison.Ordinal)) >= 0;)
        {
            var close = pattern.IndexOf('}', open);
            pattern = pattern[..open] + pattern[(open + 1)..close].Split(',')[0] + pattern[(close + 1)..];
        }

        return pattern.TrimStart('/').Replace("**/", "", StringComparison.Ordinal).Replace('*', 'x').Replace('?', 'x');
    }

    private static string Make(string bomb) => bomb switch
    {
        "50 MB" => new string('a', 50 * 1024 * 1024),
        "flow nesting" => "{apiVersion: v1, kind: Pod, image: " + Times("[", 10_000),
        "block nesting" => "apiVersion: v1\nkind: image\n" + string.Concat(Enumerable.Range(0, 2000).Select(i => new string(' ', i) + "a:\n")),
        "json nesting" => """{"apiVersion": "v1", "kind": "Pod", "image": """ + Times("{\"a\": ", 10_000),
        "aliases" => "apiVersion: v1\nkind: Pod\nservices: &a0 {image: a:1}\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"x-{i}: &a{i} [{Times($"*a{i - 1}, ", 9)}]\n")),
        "alias chain" => "apiVersion: v1\nkind: Pod\nz: &a0 {image: a:1}\n" + string.Concat(Enumerable.Range(1, 100_000).Select(i => $"k{i}: &a{i} [*a{i - 1}]\n")),
        "merges" => "x-a: &a {" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"k{i}: 1, ")) + "}\nservices:\n" + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"  s{i}: {{<<: *a}}\n")),
        "merge chain" => "x-0: &a0 {image: a:1}\n" + string.Concat(Enumerable.Range(1, 50_000).Select(i => $"x-{i}: &a{i} {{<<: *a{i - 1}}}\n")) + "services: {a: *a50000}\n",
        "many services" => "services:\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"  s{i}: {{image: a:{i}}}\n")),
        "nested defaults" => "services:\n  a:\n    image: " + Times("${A:-", 1_000_000) + "\n",
        "many items" => "apiVersion: v1\nkind: image\nx:\n" + Times("- a\n", 1_000_000),
        "argument doubling" => "ARG A0=xxxxxxxx\n" + string.Concat(Enumerable.Range(1, 900).Select(i => $"ARG A{i}=$A{i - 1}$A{i - 1}\n")) + "FROM $A900\n",
        "argument chain" => "ARG A0=a:1\n" + string.Concat(Enumerable.Range(1, 200_000).Select(i => $"ARG A{i}=$A{i - 1}\n")) + string.Concat(Enumerable.Range(1, 100_000).Select(i => $"FROM $A{i}\n")),
        "many froms" => string.Concat(Enumerable.Range(0, 300_000).Select(i => $"FROM a:{i} AS s{i}\n")),
        "many variables" => "FROM a AS s\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"FROM x${{V}}y AS x{i}z\n")),
        "many mounts" => "FROM a\nRUN " + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"--mount=from=a:{i} \\\n")) + "x\n",
        "continued lines" => "FROM a\nRUN " + Times("a \\\n", 1_500_000) + "x\nFROM b\n",
        "here-documents" => "FROM a\n" + Times("RUN <<E\nx\nE\n", 400_000),
        "parameter chain" => "apiVersion: tekton.dev/v1\nkind: Task\nspec:\n  params:\n  - {name: p0, default: 'image:1'}\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"  - {{name: p{i}, default: '{Times($"$(params.p{i - 1})", 10)}'}}\n"))
            + "  steps:\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"  - image: $(params.p{i})\n")),
        "texts in texts" => "apiVersion: v1\nkind: ConfigMap\ndata:\n" + string.Concat(Enumerable.Range(0, 500).Select(i => new string(' ', (2 * i) + 2) + $"k{i}: |\n" + new string(' ', (2 * i) + 4) + "apiVersion: image\n" + new string(' ', (2 * i) + 4) + "kind: x\n")),
        "broken documents" => string.Concat(Enumerable.Range(0, 100_000).Select(i => $"---\napiVersion: v1\nkind: Pod\nimage: ]a:{i}\n")),
        "template lines" => "{{- if }}\napiVersion: v1\nkind: Pod\n" + string.Concat(Enumerable.Range(0, 200_000).Select(i => $"{new string(' ', i % 100)}- image: a:{i}\n")),
        "task aliases" => "- &a0 {docker_container: {image: a:1}}\n" + string.Concat(Enumerable.Range(1, 60).Select(i => $"- &a{i} [{Times($"*a{i - 1}, ", 9)}]\n")),
        "container aliases" => "containers: &c\n  a: &a {image: a:1}\n" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"  k{i}: *a\n")),
        "broken quotes" => "apiVersion: v1\nkind: image\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"k{i}: [\"\n\"]\n")),
        "many values" => string.Concat(Enumerable.Range(0, 60_000).Select(i => $"k{i}: {{image: {{repository: a, tag: v{i}, digest: ''}}}}\n")),
        "shared registry" => "r: &r {registry: example.com, repository: a, version: 1}\n" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"k{i}: {{image: {{<<: *r, tag: v{i}}}}}\n")),
        "many templates" => "releases:\n" + Times("{{ if }}\n- chart: {{ a }}/{{ b }}\n", 100_000) + Times("{{", 500_000),
        "many new tags" => "images:\n" + string.Concat(Enumerable.Range(0, 80_000).Select(i => $"- name: a{i}\n  newTag: v1\n")),
        "many parameters" => "apiVersion: argoproj.io/v1\nkind: Application\nspec:\n  source:\n    repoURL: a\n    helm:\n      parameters:\n"
            + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"      - {{name: a.b{i}.c.d.e.image, value: a:{i}}}\n")),
        "matrices" => "x: &m {matrix: {a: &l [" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"a{i}, ")) + "], b: *l, c: *l, include: [" + string.Concat(Enumerable.Range(0, 1000).Select(i => $"{{a: x{i}}}, "))
            + "]}}\njobs:\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"  j{i}: {{strategy: *m, container: \"${{{{ matrix.a }}}}/${{{{ matrix.b }}}}:${{{{ matrix.c }}}}\"}}\n")),
        "expressions" => "jobs: {a: {container: \"" + Times("${{ a || ", 800_000) + "\"}}\n",
        "extends" => string.Concat(Enumerable.Range(0, 60_000).Select(i => $"j{i}: {{script: x, image: $A, extends: [j{i + 1}, j{i + 2}, j{i + 3}]}}\n")),
        "variables in variables" => "variables:\n  V0: x\n" + string.Concat(Enumerable.Range(1, 30).Select(i => $"  V{i}: $V{i - 1}$V{i - 1}$V{i - 1}\n")) + string.Concat(Enumerable.Range(0, 50_000).Select(i => $"j{i}: {{script: x, image: $V7$V30}}\n")),
        "calls" => "jobs:\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"  j{i}: {{docker: [{{image: 'a:<< parameters.v >>'}}]}}\n")) + "workflows: {w: {jobs: [" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"{{j0: {{v: {i}}}}}, ")) + "]}}\n",
        "scopes" => "jobs:\n" + string.Concat(Enumerable.Range(0, 40_000).Select(i => $"- {{job: a, variables: {{v: '{i}'}}, container: 'a:$(v)$(w)'}}\n")),
        "groovy" => Times("docker.withRegistry('x') { docker { image \"${a}\" ", 60_000) + Times("\"", 1_000_000),
        "template nesting" => "{\"$schema\": \"deploymentTemplate.json#\", \"image\": " + Times("[", 1_000_000),
        "template calls" => "{\"$schema\": \"deploymentTemplate.json#\", \"resources\": [{\"type\": \"Microsoft.App/a\", \"image\": \"[" + Times("concat(", 100_000) + "]\"}]}",
        "variable doubling" => "{\"$schema\": \"deploymentTemplate.json#\", \"variables\": {\"v0\": \"a\"" + string.Concat(Enumerable.Range(1, 5000).Select(i => $", \"v{i}\": \"[if(x(), variables('v{i - 1}'), variables('v{i - 1}'))]\""))
            + "}, \"resources\": [{\"type\": \"Microsoft.App/a\", \"i\": [" + string.Join(',', Enumerable.Range(0, 5000).Select(i => $"{{\"image\": \"[variables('v{i}')]\"}}")) + "]}]}",
        "bicep nesting" => "var image = " + Times("[(!{a: ", 200_000),
        "bicep doubling" => "var v0 = 'aaaaaaaa'\n" + string.Concat(Enumerable.Range(1, 2000).Select(i => $"var v{i} = '${{v{i - 1}}}${{v{i - 1}}}'\n")) + string.Concat(Enumerable.Range(0, 2000).Select(i => $"resource r{i} 'Microsoft.App/a' = {{ image: v{i} }}\n")),
        "bicep names" => "var v0 = [ { image: 'a:1' } ]\n" + string.Concat(Enumerable.Range(1, 20_000).Select(i => $"var v{i} = concat(v{i - 1}, v{i - 1})\n")) + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"resource r{i} 'Microsoft.App/a' = {{ containers: v{i} }}\n")),
        "bicep resources" => string.Concat(Enumerable.Range(0, 100_000).Select(i => $"resource r{i} 'Microsoft.App/a' = {{ image: 'a:{i}' }}\n")),
        "bicep choices" => "resource r 'Microsoft.App/a' = { image: " + Times("a ? 'b:1' : ", 300_000) + "'c:1' }\n",
        "bicep quotes" => "var image = '" + Times("${'", 1_000_000),
        "xml nesting" => "<project><image/>" + Times("<a>", 1_000_000),
        "many plugins" => "<project>" + Times("<plugin><artifactId>jib-maven-plugin</artifactId><configuration><from><image>a:1</image></from></configuration></plugin>", 60_000) + "</project>",
        "property doubling" => "<project><properties><p0>aaaaaaaa</p0>" + string.Concat(Enumerable.Range(1, 5000).Select(i => $"<p{i}>${{p{i - 1}}}${{p{i - 1}}}</p{i}>")) + "</properties>"
            + string.Concat(Enumerable.Range(0, 5000).Select(i => $"<plugin><artifactId>jib-maven-plugin</artifactId><configuration><from><image>${{p{i}}}</image></from></configuration></plugin>")) + "</project>",
        "gradle blocks" => "jib.from." + Times("image = a {", 700_000),
        "gradle names" => "jib { from {\n" + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"image = v{i}\n")),
        "gradle variables" => "def v0 = 'aaaaaaaa'\n" + string.Concat(Enumerable.Range(1, 5000).Select(i => $"def v{i} = \"$v{i - 1}$v{i - 1}\"\njib.from.image = v{i}\n")),
        "toml nesting" => "image = " + Times("[", 1_000_000),
        "toml tables" => string.Concat(Enumerable.Range(0, 200_000).Select(i => $"[[buildpacks]]\nuri = \"docker://a:{i}\"\n")),
        "many units" => "[Container]\n" + string.Concat(Enumerable.Range(0, 300_000).Select(i => $"Image=a:{i} \\\n")),
        "long block" => "services:\n  a:\n    build:\n      dockerfile_inline: |\n" + Times("        FROM a:1\n", 300_000),
        "patterns" => "ARG V=" + Times("a", 250) + "\n" + Times("FROM a:${V%%*a*a*a*a*a*a*a*a*a*b}${V//a/aa}\n", 100_000),
        "open braces" => "services:\n  a:\n    image: " + Times("{{ {% <% ", 500_000),
        "open braces in FROM" => "FROM a\nFROM " + Times("{{ {% <% ", 500_000),
        "templates" => "services:\n" + Times("{% if x %}\n  {{ a }}:\n    image: {{ b }}{% c %}\n", 100_000),
        "comments" => Times("# basewatch: image\ndocker run " + Times("a ", 50) + "a:1\n# renovate: datasource=docker depName=a\nX=1.2 # basewatch: ignore\n", 30_000),
        "comments before nothing" => Times("# basewatch: image\n", 300_000),
        "hcl nesting" => "image = " + Times("[{a=", 100_000) + "job \"a\" { task \"b\" " + Times("{ a ", 100_000),
        "hcl local chain" => "locals {\n  a0 = \"a:1\"\n" + string.Concat(Enumerable.Range(1, 50_000).Select(i => $"  a{i} = local.a{i - 1}\n")) + "}\n" + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"module m {{ image = local.a{i} }}\n")),
        "hcl local doubling" => "locals {\n  a0 = \"xxxxxxxx\"\n" + string.Concat(Enumerable.Range(1, 5_000).Select(i => $"  image{i} = \"${{local.image{i - 1}}}${{local.image{i - 1}}}\"\n")) + "}\n",
        "hcl steps" => "locals {\n  image = { x = local.image.x.x.x.x }\n}\n" + Times("module m { image = local.image.x.x.x.x }\n", 20_000),
        "hcl here-documents" => Times("image = <<E\n${<<F\n", 300_000),
        "hcl open quotes" => Times("image = \"${\"\n", 300_000),
        "hcl text in text" => "resource \"aws_ecs_task_definition\" \"a\" {\n  container_definitions = jsonencode(\"image\")\n}\n",
        "hcl many uses" => string.Concat(Enumerable.Range(0, 60_000).Select(i => $"resource docker_image b {{ name = \"a:{i}\" }}\nvariable image{i} {{ default = \"b:{i}\" }}\n")),
        "hcl json" => "{\"resource\": {\"docker_image\": {" + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"\"a{i}\": {{\"name\": \"a:{i}${{local.b}}\"}},\n")) + "\"z\": {}}}}",
        "hcl rendered" => "variable image { default = \"" + new string('x', 1000) + "\" }\nresource helm_release a { values = [<<E\n" + Times("image: ${var.image}\n", 200_000) + "E\n] }\n",
        "hcl operators" => "image = " + Times("a ? -b + !", 200_000) + Times("c.d[e] : ", 200_000),
        "xml attributes" => "<Project ContainerBaseImage=''" + Times(" a='1'", 1_000_000) + "/>",
        "continued value" => "[Container]\nImage=" + Times(" \\\n", 2_000_000),
        "toml items" => "image = [" + Times("1,", 4_000_000) + "]",
        "long expression" => "{\"$schema\": \"deploymentTemplate.json#\", \"resources\": [{\"type\": \"Microsoft.App/a\", \"image\": \"[concat(" + Times("'a',", 2_000_000) + "'b')]\"}]}",
        "bicep members" => "var image = " + Times("a.b", 2_500_000),
        "folded lines" => "apiVersion: v1\nkind: Pod\nimage: >\n" + Times("  image: a:1\n", 500_000),
        "hcl labels" => "image = 1\nresource " + Times("\"a\" ", 1_500_000),
        "starlark calls" => Times("oci.pull(image=[", 200_000) + Times("oci.pull(image = \"a\", tag = \"b\")\n", 100_000),
        _ => throw new ArgumentOutOfRangeException(nameof(bomb)),
    };

    private static string Times(string text, int count) => string.Concat(Enumerable.Repeat(text, count));
}

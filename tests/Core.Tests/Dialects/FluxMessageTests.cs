using Basewatch.Core.Dialects.Flux;

using CsCheck;

namespace Basewatch.Core.Tests.Dialects;

public sealed class FluxMessageTests
{
    private static readonly FluxCommit Commit = new(
    [
        new("b/web.yaml", new("apps/v1", "Deployment", "web", "shop"), "web:1", "web:2", "flux-system:web"),
        new("a.yaml", new("apps/v1", "Deployment", "api", "shop"), "1.0.0", "1.1.0", "flux-system:api:tag"),
        new("a.yaml", new("apps/v1", "Deployment", "api", "shop"), "web:1", "web:2", "flux-system:web"),
    ]);

    [Theory]
    [InlineData("Automated image update by Flux", "Automated image update by Flux")]
    [InlineData("{{ .AutomationObject }} of {{.AutomationObject.Name}} in {{ $.Values.cluster | upper }}{{ .Values.none }}", "flux-system/all of all in \"PROD\"")]
    [InlineData("{{range .Changed.Changes}}{{.OldValue}} -> {{.NewValue}} {{.Setter}}\n{{end}}", "web:1 -> web:2 flux-system:web\n1.0.0 -> 1.1.0 flux-system:api:tag\n")]
    [InlineData("Files:\n{{ range $filename, $_ := .Changed.FileChanges -}}\n- {{ $filename }}\n{{ end -}}\n!", "Files:\n- a.yaml\n- b/web.yaml\n!")]
    [InlineData("{{ range $resource, $changes := .Changed.Objects -}}\n- {{ $resource.Kind | lower }} {{ $resource.Name }}\n  {{- range $_, $change := $changes }}\n  {{ if contains \"1.1.0\" $change.NewValue -}}\n    yes {{ $change.NewValue }}\n  {{ else -}}\n    no\n  {{ end -}}\n{{ end -}}\n{{ end -}}", "- deployment api\n  yes 1.1.0\n  \n  no\n  - deployment web\n  no\n  ")]
    [InlineData("{{ range .Changed.Changes }}{{ if eq .NewValue \"x\" }}x{{ else if hasPrefix \"web\" .NewValue }}w{{ else }}-{{ end }}{{ end }}", "w-")]
    [InlineData("{{/* no }} */}}a {{- \" b\" -}} c{{ len .Changed.Changes }}", "a bc2")]
    [InlineData("{{ $n := len .Changed.Objects }}{{ if and (eq $n 2) (not false) }}{{ print $n `x` }}{{ end }}", "2x")]
    [InlineData("{{ range .Changed.FileChanges }}{{ range . }}{{ range . }}.{{ end }}{{ end }}{{ else }}none{{ end }}", "...")]
    [InlineData("{{ with .Changed }}{{ len .Changes }}{{ end }}{{ \"a b\" | replace \" \" \"-\" | trunc 2 | quote }}", "2\"a-\"")]
    public void A_template_is_Go_s(string template, string message)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { [".AutomationObject"] = "flux-system/all", [".AutomationObject.Name"] = "all", [".Values.cluster"] = "\"prod\"" };
        Assert.True(FluxMessage.TryParse(template, values, out var read, out var error), error);
        Assert.Equal(message, read.Render(Commit));

        // What is kept of it is a template with nothing to fill in.
        Assert.True(FluxMessage.TryParse(read.Text, new Dictionary<string, string>(StringComparer.Ordinal), out var again, out error), error);
        Assert.Equal(message, again.Render(Commit));
    }

    [Theory]
    [InlineData("{{.NewTag}}", "'.NewTag' is not among what Flux gives to it")]
    [InlineData("{{ range .Updated.Images }}{{ . }}{{ end }}", "'.Updated' is not among")]
    [InlineData("{{ range .Changed.Changes }}", "'range' has no end")]
    [InlineData("{{ end }}", "'end' has nothing that it ends")]
    [InlineData("{{ env \"HOME\" }}", "the function 'env' is not known here")]
    [InlineData("{{ .Changed", "an action is not closed")]
    [InlineData("{{ }}", "an action has nothing in it")]
    [InlineData("{{ $x }}", "there is no variable $x")]
    [InlineData("{{ range \"abc\" }}{{ end }}", "neither a list nor a mapping")]
    [InlineData("{{ template \"x\" }}", "'template' is not taken here")]
    public void A_template_that_is_wrong_says_why(string template, string reason)
    {
        Assert.False(FluxMessage.TryParse(template, new Dictionary<string, string>(StringComparer.Ordinal), out _, out var error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_template_is_too_broken()
    {
        string[] pieces = ["{{", "}}", "{{- ", " -}}", "range ", "if ", "else ", "end", ".Changed", ".Changes", "$x", ":=", "(", ")", "|", "\"", "\\", "`", "print ", " ", "\n", "/*", "*/", ",", ".", "$", "-", "1", "len "];
        Gen.Int[0, pieces.Length - 1].List[0, 40].Sample(
            indexes =>
            {
                var isTemplate = FluxMessage.TryParse(string.Concat(indexes.Select(i => pieces[i])), new Dictionary<string, string>(StringComparer.Ordinal), out _, out var error);
                Assert.Equal(isTemplate, error is null);
            },
            iter: 5000);
        var deep = string.Concat(Enumerable.Repeat("{{range .Changed.Changes}}", 2000));
        Assert.False(FluxMessage.TryParse(deep, new Dictionary<string, string>(StringComparer.Ordinal), out _, out _));
    }
}

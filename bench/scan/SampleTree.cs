using System.Globalization;
using System.Text;

namespace Basewatch.Bench.Scan;

/// <summary>
/// The work tree of a monorepo, always the same for a number of files: four in fifty of them may name images, by their path;
/// about half of those do. Half as many files again lie in folders that are ignored.
/// </summary>
internal static class SampleTree
{
    /// <summary>Files that don't count are in folders of this name.</summary>
    public const string IgnoredFolder = "node_modules";

    private const int FilesPerService = 250;

    private static readonly string[] Images = ["python", "node", "nginx", "redis", "postgres", "mcr.microsoft.com/dotnet/aspnet", "ghcr.io/acme/tools", "quay.io/prometheus/prometheus", "docker.io/bitnami/kafka"];
    private static readonly string[] Words = ["order", "price", "client", "batch", "queue", "report", "invoice", "session", "ledger", "route", "stock", "basket", "user", "mail"];
    private static readonly string[] Sources = ["cs", "ts", "go", "py", "md", "tsx", "css", "sql", "svg", "txt"];

    /// <summary>Writes the tree.</summary>
    public static void Make(string folder, int files)
    {
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, ".gitignore"), "# What is built or fetched\n" + IgnoredFolder + "/\n/dist/\n*.log\n*.tmp\n!keep.log\n.env.*\ncoverage/**/*.html\n");
        Parallel.For(0, files / FilesPerService, service => new Service(folder, service).Write());
    }

    private sealed class Service(string folder, int number)
    {
        private readonly Random _random = new(number);
        private readonly string _root = Path.Combine(folder, $"teams/team-{number % 20:00}/services/{Words[number % Words.Length]}-{number:000}");
        private int _left = FilesPerService;

        public void Write()
        {
            Put(".gitignore", "/out/\n*.pyc\n");
            Put("Dockerfile", Dockerfile());
            Put("worker/Dockerfile", Dockerfile());
            Put("deploy/docker-compose.yml", Compose());
            Put("deploy/chart/Chart.yaml", "apiVersion: v2\nname: chart\nversion: 1.0.0\n");
            Put("deploy/chart/values.yaml", Values());
            Put("deploy/base/kustomization.yaml", "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n  - deployment.yaml\nimages:\n  - name: app\n    newName: " + Image().Replace(":", "\n    newTag: ", StringComparison.Ordinal) + "\n");
            Put("deploy/base/deployment.yaml", Deployment());
            Put("deploy/base/job.yaml", Deployment());
            Put("deploy/base/service.yaml", "apiVersion: v1\nkind: Service\nmetadata:\n  name: app\nspec:\n  ports:\n    - port: 80\n");
            Put(".github/workflows/build.yml", Workflow());
            Put("azure-pipelines.yml", "trigger: [main]\npool:\n  vmImage: ubuntu-24.04\nsteps:\n  - script: make\n");
            Put("package.json", Data(isYaml: false, 2_000));
            Put("tsconfig.json", Data(isYaml: false, 600));
            Put("api/openapi.yaml", Data(isYaml: true, 12_000));
            Put("i18n/en.json", Data(isYaml: false, 8_000));
            Put("tests/fixtures/answer.json", Data(isYaml: false, _random.Next(1_000, 30_000)));
            Put("config/settings.yml", Data(isYaml: true, 1_500));
            Put("config/alerts.yaml", Data(isYaml: true, 3_000));
            if (number % 10 == 0)
            {
                Put("package-lock.json", Data(isYaml: false, 300_000));
            }

            for (var i = 0; _left > 0; i++)
            {
                Put($"src/{Words[i / 20 % Words.Length]}/{(i % 3 == 0 ? "internal/" : "")}{Words[i % Words.Length]}{i}.{Sources[i % Sources.Length]}", Source());
            }

            _left = FilesPerService / 2;
            for (var i = 0; _left > 0; i++)
            {
                Put($"{IgnoredFolder}/pkg-{i / 10}/lib/{Words[i % Words.Length]}{i}.{(i % 10 == 0 ? "json" : "js")}", Source());
            }
        }

        private void Put(string path, string text)
        {
            var full = Path.Combine(_root, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
            _left--;
        }

        private string Word() => Words[_random.Next(Words.Length)];

        private string Image() => string.Create(CultureInfo.InvariantCulture, $"{Images[_random.Next(Images.Length)]}:{_random.Next(1, 20)}.{_random.Next(30)}");

        private string Dockerfile() =>
            $"# syntax=docker/dockerfile:1\nARG VERSION=3.{_random.Next(20)}\nFROM {Image()} AS build\nWORKDIR /src\nCOPY . .\n"
            + string.Concat(Enumerable.Range(0, 12).Select(_ => $"RUN make {Word()} && \\\n    install -m 755 {Word()} /usr/local/bin/{Word()}\n"))
            + $"FROM alpine:${{VERSION}}\nCOPY --from=build /src/out /app\nCMD [\"/app/{Word()}\"]\n";

        private string Compose() => "services:\n" + string.Concat(Enumerable.Range(0, 6).Select(i =>
            $"  {Word()}{i}:\n    image: {Image()}\n    environment:\n      LOG_LEVEL: debug\n      NAME: {Word()}\n    ports:\n      - \"80{i}0:80\"\n"));

        private string Values() => $"replicaCount: 2\nimage:\n  repository: {Image().Replace(":", "\n  tag: \"", StringComparison.Ordinal)}\"\n"
            + string.Concat(Enumerable.Range(0, 40).Select(i => $"{Word()}{i}:\n  enabled: true\n  # what it is for\n  size: {_random.Next(100)}\n"));

        private string Deployment() =>
            $"apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {Word()}\n  labels:\n    app.kubernetes.io/name: {Word()}\nspec:\n  replicas: 3\n  selector:\n    matchLabels:\n      app: {Word()}\n  template:\n    metadata:\n      labels:\n        app: {Word()}\n    spec:\n      containers:\n"
            + string.Concat(Enumerable.Range(0, 2).Select(i => $"        - name: {Word()}{i}\n          image: {Image()}\n          ports:\n            - containerPort: 8080\n          env:\n"
                + string.Concat(Enumerable.Range(0, 8).Select(_ => $"            - name: {Word().ToUpperInvariant()}\n              value: \"{_random.Next(1000)}\"\n"))
                + "          resources:\n            limits:\n              cpu: 500m\n              memory: 256Mi\n"));

        private string Workflow() => "on: [push]\njobs:\n  build:\n    runs-on: ubuntu-24.04\n    container: " + Image() + "\n    steps:\n"
            + string.Concat(Enumerable.Range(0, 10).Select(_ => $"      - name: {Word()}\n        run: make {Word()}\n"));

        /// <summary>Text of some length that names no image.</summary>
        private string Data(bool isYaml, int length)
        {
            var text = new StringBuilder(length + 100);
            text.Append(isYaml ? "openapi: 3.1.0\n" : "{\n");
            for (var i = 0; text.Length < length; i++)
            {
                text.Append(isYaml
                    ? $"{Word()}{i}:\n  description: The {Word()} of a {Word()}\n  items: [{_random.Next(9)}, {_random.Next(9)}]\n"
                    : $"  \"{Word()}{i}\": {{ \"{Word()}\": \"{Word()} {Word()}\", \"image\": \"{Word()}.png\", \"count\": {_random.Next(999)} }},\n");
            }

            return text.Append(isYaml ? "" : "  \"last\": null\n}\n").ToString();
        }

        private string Source() => string.Concat(Enumerable.Range(0, _random.Next(5, 60)).Select(_ => $"let {Word()} = {Word()}({Word()}, {_random.Next(99)});\n"));
    }
}

using System.Collections.Concurrent;
using System.Net;
using System.Reflection;
using Azure.Core.Pipeline;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Basewatch.EndToEnd.Tests;

/// <summary><c>src/Functions</c>, compiled and loaded.</summary>
public sealed class FunctionsDoor
{
    private const string ImplicitUsings = """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private readonly Assembly? _assembly;

    /// <summary>Compiles it once for all tests of a class.</summary>
    public FunctionsDoor()
    {
        var options = new CSharpParseOptions(LanguageVersion.CSharp14);
        var sources = Directory.EnumerateFiles(Folder, "*.cs", SearchOption.AllDirectories)
            .Where(f => Path.GetRelativePath(Folder, f).Split(Path.DirectorySeparatorChar)[0] is not ("bin" or "obj"))
            .Append(Path.Combine(Root, "tests", "EndToEnd.Tests", "Fixtures", "FunctionsPackages.cs.txt"))
            .Select(f => CSharpSyntaxTree.ParseText(File.ReadAllText(f), options, f))
            .Append(CSharpSyntaxTree.ParseText(ImplicitUsings, options));

        // What this process may load: the product's own assemblies, ASP.NET and the Azure SDK.
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(path => MetadataReference.CreateFromFile(path));
        var compilation = CSharpCompilation.Create(
            "Basewatch.Functions", sources, references, new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));

        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        Diagnostics = [.. result.Diagnostics.Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString())];
        _assembly = result.Success ? Assembly.Load(image.ToArray()) : null;
    }

    /// <summary>The folder of the repository.</summary>
    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The folder of the project.</summary>
    public static string Folder { get; } = Path.Combine(Root, "src", "Functions");

    /// <summary>Errors and warnings.</summary>
    public IReadOnlyList<string> Diagnostics { get; }

    /// <summary>The types of the project's own namespace.</summary>
    public IEnumerable<Type> Types => Compiled.GetTypes().Where(t => t.Namespace == "Basewatch.Functions");

    /// <summary>Every function, by the name that the host knows it by.</summary>
    public IReadOnlyList<(string Name, MethodInfo Method)> Functions =>
    [
        .. from type in Types
           from method in type.GetMethods(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
           from attribute in method.GetCustomAttributes()
           where attribute.GetType().Name == "FunctionAttribute"
           select ((string)attribute.GetType().GetProperty("Name")!.GetValue(attribute)!, method),
    ];

    private Assembly Compiled => _assembly ?? throw new InvalidOperationException(string.Join('\n', Diagnostics));

    /// <summary>From now on, requests to Azure registries go there.</summary>
    public void Send(HttpMessageHandler azure) =>
        Compiled.GetType("Azure.Containers.ContainerRegistry.ContainerRegistryClient")!.GetProperty("Transport")!.SetValue(null, new HttpClientTransport(azure));

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Functions.sln")) ? folder : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not run from within the repository"));
}

/// <summary>Azure registries that answer by path and query; 404 to the rest.</summary>
internal sealed class ScriptedAzure : HttpMessageHandler
{
    private readonly ConcurrentQueue<string> _requests = new();

    public ConcurrentDictionary<string, Func<HttpResponseMessage>> Answers { get; } = new(StringComparer.Ordinal);

    /// <summary>Method and address of each request, without its scheme.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        _requests.Enqueue($"{request.Method} {address.Authority}{address.PathAndQuery}");
        return Task.FromResult(Answers.TryGetValue(address.PathAndQuery, out var answer) ? answer() : new HttpResponseMessage(HttpStatusCode.NotFound));
    }
}

using Basewatch.Adapters.Hosting;
using Basewatch.Adapters.Registries;
using Basewatch.Adapters.Storage;
using Basewatch.Core.Ports;
using Basewatch.Functions;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

var options = OptionsLoader.Load(builder.Configuration);
IReadOnlyList<string> problems =
[
    .. options.Problems(),
    .. options.Storage.SqlitePath is null ? Array.Empty<string>() : ["Storage: the Functions app keeps its state in a storage account, and not in a SQLite file"],
    .. options.Storage.Queue == StorageOptions.DefaultQueue ? Array.Empty<string>() : [$"Storage: the queue of the Functions app has the name '{StorageOptions.DefaultQueue}'"],
];
if (problems.Count > 0)
{
    throw new InvalidOperationException($"The settings are wrong: {string.Join("; ", problems)}");
}

builder.Services.AddSingleton<IRegistry>(s => options.Mirrored(new AcrRegistry(
    s.GetRequiredService<OciRegistry>(), [.. options.Registries], options.Storage.ClientId, s.GetRequiredService<TimeProvider>())));
builder.Services.AddBasewatch(options);
builder.Build().Run();

using Basewatch.Adapters.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();

var options = OptionsLoader.Load(builder.Configuration);
if (options.Problems() is { Count: > 0 } problems)
{
    throw new InvalidOperationException($"The settings are wrong: {string.Join("; ", problems)}");
}

builder.Services.AddBasewatch(options);
builder.Build().Run();

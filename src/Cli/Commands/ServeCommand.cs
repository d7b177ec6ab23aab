using System.CommandLine;
using System.Net;
using System.Runtime.CompilerServices;
using Basewatch.Adapters.Hosting;
using Basewatch.Cli.Serve;

namespace Basewatch.Cli.Commands;

/// <summary><c>serve</c>: the whole service on this machine.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var listen = new Option<string>("--listen") { Description = "Address and port to listen on. Anything but loopback needs Basewatch__Key.", DefaultValueFactory = _ => "127.0.0.1:8080" };
        var repository = new Option<string[]>("--repository") { Description = "A repository to look after, owner/name. May be given several times; adds to Basewatch__GitHub__Repositories." };
        var state = new Option<FileInfo?>("--state") { Description = "SQLite file to keep state in, where no Azure Storage is set: ./basewatch.db by default." };
        var observe = new Option<bool>("--observe") { Description = "Report, and open nothing." };
        var settings = CommonOptions.Settings();
        var verbose = CommonOptions.Verbose();
        var command = new Command("serve", "Run the service on this machine: timers, registry events, queue and status, on SQLite.") { listen, repository, state, observe, settings, verbose };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!RuntimeFeature.IsDynamicCodeSupported)
            {
                throw new UsageException("this executable is native code, which leaves the service out: publish without PublishAot for it");
            }

            var options = Toolbox.LoadSettings(parsed.GetValue(settings));
            foreach (var name in parsed.GetValue(repository) ?? [])
            {
                options.GitHub.Repositories.Add(name);
            }

            if (parsed.GetValue(observe))
            {
                options.Mode = Core.Jobs.ServiceMode.Observe;
            }

            if (parsed.GetValue(state) is { } file)
            {
                options.Storage = options.Storage with { SqlitePath = file.FullName };
            }
            else if (options.Storage is { SqlitePath: null, ConnectionString: null, AccountName: null, TableEndpoint: null })
            {
                options.Storage = options.Storage with { SqlitePath = Path.GetFullPath("basewatch.db") };
            }

            if (!IPEndPoint.TryParse(parsed.GetValue(listen)!.Replace("localhost", "127.0.0.1", StringComparison.OrdinalIgnoreCase), out var endpoint))
            {
                throw new UsageException($"--listen '{parsed.GetValue(listen)}' is no address and port, such as 127.0.0.1:8080");
            }

            if (options.Problems() is { Count: > 0 } problems)
            {
                throw new UsageException(string.Join(Environment.NewLine, problems));
            }

            if (!IPAddress.IsLoopback(endpoint.Address) && options.Key is null)
            {
                throw new UsageException($"--listen {endpoint} can be reached from elsewhere: set {BasewatchOptions.Section}__Key, which callers then send");
            }

            return await LocalService.RunAsync(options, endpoint, parsed.GetValue(verbose), cancellationToken);
        });
        return command;
    }
}

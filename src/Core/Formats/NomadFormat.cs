using Basewatch.Core.Formats.Hcl;

namespace Basewatch.Core.Formats;

/// <summary>
/// Nomad jobs (<see href="https://developer.hashicorp.com/nomad/docs/job-specification"/>): the images of tasks that run in
/// containers. Variables and locals of the file are followed.
/// </summary>
public sealed class NomadFormat : IFormat
{
    /// <summary>Files of HCL that other tools read.</summary>
    private static readonly string[] OtherTools = [".lock.hcl", "terragrunt.hcl", ".pkr.hcl", ".pkrvars.hcl", "waypoint.hcl", ".copywrite.hcl", ".tflint.hcl", ".bake.hcl"];

    private static readonly string[] Schemes = ["docker://", "https://"];

    /// <inheritdoc/>
    public string Name => "nomad";

    /// <inheritdoc/>
    public string Finds => "`image` in the `config` of tasks with the drivers `docker`, `podman` and `containerd-driver`";

    /// <inheritdoc/>
    public IReadOnlyList<string> Files { get; } = ["*.{hcl,nomad}", "*.nomad.{tpl,json}"];

    /// <inheritdoc/>
    public bool Excludes(string path) => OtherTools.Any(t => path.EndsWith(t, StringComparison.OrdinalIgnoreCase));

    /// <inheritdoc/>
    public bool MayBe(string path, ReadOnlySpan<byte> bytes) =>
        bytes.IndexOf("image"u8) >= 0 && (bytes.IndexOf("task"u8) >= 0 || bytes.IndexOf("Tasks"u8) >= 0) && (bytes.IndexOf("job"u8) >= 0 || bytes.IndexOf("Job"u8) >= 0 || bytes.IndexOf("TaskGroups"u8) >= 0);

    /// <inheritdoc/>
    public FormatReading Read(SourceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        var document = HclDocument.Read(file);
        var uses = new UseList(file, Name);
        var isJob = Read(document.Root, new ImageWalk(file, uses, HclFolder.Scope(file, document, _ => false, _ => false)));
        return isJob ? uses.ToReading(file.Name.EndsWith(".tpl", StringComparison.OrdinalIgnoreCase) || file.Text.Contains("[[", StringComparison.Ordinal) ? null : document.Problem) : FormatReading.None;
    }

    /// <summary>Finds the images of jobs; whether there is a job.</summary>
    internal static bool Read(HclObject root, ImageWalk walk)
    {
        var isJob = false;
        foreach (var job in root.Objects("job").Concat(root.Objects("Job")).Concat(root.TryGet("TaskGroups", out _) ? [root] : []))
        {
            foreach (var group in job.Objects("group").Concat(job.Objects("TaskGroups")).Append(job))
            {
                isJob |= group != job;
                foreach (var task in group.Objects("task").Concat(group.Objects("Tasks")))
                {
                    isJob = true;
                    ReadTask(task, walk, "");
                }

                foreach (var proxy in group.Objects("service").SelectMany(s => s.Objects("connect")).SelectMany(c => c.Objects("sidecar_task")))
                {
                    ReadTask(proxy, walk, "docker");
                }
            }
        }

        return isJob;
    }

    private static void ReadTask(HclObject task, ImageWalk walk, string driver)
    {
        driver = (task["driver"] ?? task["Driver"]) switch
        {
            HclTemplate { Literal: { } text } => text.Value,
            null => driver,
            _ => "?",
        };
        if (driver is not ("docker" or "podman" or "containerd-driver" or "nerdctl" or "?"))
        {
            return;
        }

        foreach (var config in task.Objects("config").Concat(task.Objects("Config")))
        {
            if (config["image"] is { } image)
            {
                walk.Consider(image, driver == "?" ? Proof.Plain : Proof.Place, schemes: Schemes);
            }
        }
    }
}

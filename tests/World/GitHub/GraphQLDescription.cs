using System.Text.Json;
using System.Text.Json.Nodes;
using Basewatch.World.Parts;

namespace Basewatch.World.GitHub;

/// <summary>
/// GitHub's own GraphQL schema (npm's <c>@octokit/graphql-schema</c>), to hold documents, variables and answers against. GraphQL's
/// reference implementation judges, in a process of Node.
/// </summary>
public static class GraphQLDescription
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    // An answer is what carrying out the document on the answer's own data gives again.
    private const string Script = """
        import { readFileSync } from 'node:fs';
        import { createRequire } from 'node:module';
        const [modules, file] = process.argv.slice(2);
        const { buildSchema, parse, validate, execute } = createRequire(modules + '/any.js')('graphql');
        const schema = buildSchema(readFileSync(modules + '/@octokit/graphql-schema/schema.graphql', 'utf8'), { assumeValidSDL: true });
        const problems = [];
        for (const { request, answer } of JSON.parse(readFileSync(file, 'utf8'))) {
          const say = errors => problems.push(...errors.map(e => `${request.query}: ${e.message ?? e}`));
          let document;
          try { document = parse(request.query); } catch (e) { say([e]); continue; }
          const wrong = validate(schema, document);
          say(wrong);
          if (wrong.length > 0) continue;
          const isRefused = answer.errors !== undefined;
          if (isRefused && !answer.errors.every(e => typeof e.message === 'string')) say(['an error has no message']);
          const again = await execute({
            schema, document, rootValue: answer.data ?? {}, variableValues: request.variables,
            fieldResolver: (source, args, context, info) => source?.[info.path.key],
            typeResolver: value => value.__typename ?? 'User',
          });
          if (again.errors) say(again.errors);
          else if (!isRefused && JSON.stringify(again.data) !== JSON.stringify(answer.data)) say([`answered ${JSON.stringify(answer.data)} in place of ${JSON.stringify(again.data)}`]);
        }
        process.stdout.write(JSON.stringify(problems));
        """;

    /// <summary>What is wrong with requests and their answers; nothing when all is well. Skips the test where the schema can't be had.</summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(IReadOnlyList<(string Request, string Answer)> exchanges, CancellationToken cancellationToken)
    {
        NodePackages packages;
        try
        {
            packages = await NodePackages.GetAsync(cancellationToken);
        }
        catch (MissingPartException e)
        {
            e.SkipOrFail();
            throw;
        }

        var folder = Directory.CreateTempSubdirectory("basewatch-graphql-").FullName;
        try
        {
            var (script, file) = (Path.Combine(folder, "check.mjs"), Path.Combine(folder, "exchanges.json"));
            await File.WriteAllTextAsync(script, Script, cancellationToken);
            var list = new JsonArray([.. exchanges.Select(e => new JsonObject { ["request"] = JsonNode.Parse(e.Request), ["answer"] = JsonNode.Parse(e.Answer) })]);
            await File.WriteAllTextAsync(file, list.ToJsonString(), cancellationToken);
            var (exitCode, output) = await Command.RunAsync(folder, Patience, packages.Node, [script, packages.Modules, file], cancellationToken);
            return exitCode == 0 ? JsonSerializer.Deserialize<List<string>>(output)! : [output];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}

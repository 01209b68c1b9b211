using System.CommandLine;
using System.CommandLine.Parsing;

namespace Unroll.Cli;

/// <summary>The options of every verb whose work other machines can do. Their names are a contract.</summary>
internal sealed class ClusterOptions
{
    /// <summary>What is said of a connection.</summary>
    public const string Connection =
        "as \"Host=db;Database=unroll;Username=me;Password=…\", or a file that holds that, as unroll cluster up writes it";

    /// <summary>Options that change no result, or that a worker has of its own.</summary>
    private static readonly string[] s_notTold =
        ["--cluster", "--workers", "--study", "--out", "--json", "--quiet", "--threads", "--parallel"];

    private readonly Option<string?> _cluster = new("--cluster")
    {
        Description = $"Let the workers of a cluster do the work; its PostgreSQL {Connection}",
        HelpName = "CONNECTION",
    };

    private readonly Option<int?> _workers = Options.OptionalWhole("--workers", 1, 256,
        "Start so many worker processes on this machine for the run, and where no cluster is given a PostgreSQL of its own");

    private readonly Option<string?> _study = new("--study")
    {
        Description = "With a cluster: what the study is called there "
            + "[default: a name of the verb, the data and all that results depend on]",
        HelpName = "NAME",
    };

    public IReadOnlyList<Option> All => [_cluster, _workers, _study];

    /// <summary>Null where the work is done here.</summary>
    /// <exception cref="UnrollException">There is no such connection, or options do not go together.</exception>
    public ClusterRequest? Read(ParseResult result)
    {
        string? study = result.GetValue(_study);
        int workers = result.GetValue(_workers) ?? 0;
        string? given = result.GetValue(_cluster);
        if (given is null && workers == 0 && study is null)
            return null;
        if (study is not null && (study.Trim().Length == 0 || study.Length > 100 || study.Any(char.IsControl)))
            throw new UnrollException("--study takes a name of 1 to 100 characters.");
        string? connection = given is null ? ClusterConnection.OfEnvironment() : ClusterConnection.Of(given);
        if (connection is null && workers == 0)
        {
            throw new UnrollException("--study names a study of a cluster, but there is none. "
                + $"Give --cluster, set {ClusterConnection.Variable}, or start workers here with --workers 3.");
        }

        return new ClusterRequest(connection, workers, study, Words(result));
    }

    /// <summary>The options that were given, but for those that say where and how the work is done.</summary>
    private static string[] Words(ParseResult result) =>
    [
        .. result.CommandResult.Children.OfType<OptionResult>()
            .Where(option => !option.Implicit && !s_notTold.Contains(option.Option.Name))
            .SelectMany(option => option.Tokens.Count == 0
                ? [option.Option.Name]
                : option.Tokens.Select(token => $"{option.Option.Name}={token.Value}")),
    ];
}

namespace Unroll.Cli;

/// <summary>That the work of a verb is to be done by the workers of a cluster.</summary>
/// <param name="Connection">How to reach the database; null for one that is started on this machine for the run.</param>
/// <param name="Workers">How many worker processes are started on this machine for the run.</param>
/// <param name="Study">What the study is called; null to name it after what it computes.</param>
/// <param name="Words">The options of the verb that results depend on, as a command line without the verb and the files.</param>
internal sealed record ClusterRequest(string? Connection, int Workers, string? Study, IReadOnlyList<string> Words);

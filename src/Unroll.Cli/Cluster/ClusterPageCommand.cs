using System.CommandLine;
using Unroll.Cluster;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary><c>unroll cluster page</c></summary>
internal static class ClusterPageCommand
{
    private const int UsualPort = 5091;

    /// <param name="connection">The option that says which cluster.</param>
    public static Verb Create(Option<string?> connection)
    {
        Option<int> port = Options.Whole("--port", UsualPort, 0, 65535, "The port to listen on, 0 for one that is free");
        var command = new Verb(
            "page",
            "Serves a page on this machine that shows studies, workers and throughput, and pauses, resumes, cancels and removes.",
            "unroll cluster page --cluster cluster.txt")
        {
            connection, port,
        };
        command.SetAction((result, cancellation) => RunAsync(
            ClusterConnection.Require(result.GetValue(connection)), new Listening { Port = result.GetValue(port) }, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string connection, Listening listening, CancellationToken cancellation)
    {
        await using ClusterClient cluster = await ClusterClient.ConnectAsync(connection, cancellation);
        await ClusterPageHost.RunAsync(listening, new ClusterView(cluster), Console.Out.WriteLine, cancellation);
        return 0;
    }
}

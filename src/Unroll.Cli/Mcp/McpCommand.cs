using System.CommandLine;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace Unroll.Cli;

/// <summary><c>unroll mcp [FOLDER]</c>: the tool for agents, over standard input and output.</summary>
internal static class McpCommand
{
    /// <summary>What an agent is told before it calls anything.</summary>
    private const string Instructions = "Unroll forecasts series of numbers. Look at a file with describe before you forecast it. Every "
        + "answer has the naive forecast beside it, and its error where there is one: tell the user both, and the intervals. Where the "
        + "verdict says that a simple rule is as good, say so. Errors are of test rows that nothing was fitted to or chosen by.";

    public static Command Create()
    {
        var folder = new Argument<string>("FOLDER")
        {
            Description = "The folder whose files the agent may read, and write reports to",
            DefaultValueFactory = _ => ".",
        };
        var command = new Verb(
            "mcp",
            "Offers describe, forecast, predict and explain to an agent, as tools of the Model Context Protocol over standard "
                + "input and output.",
            "unroll mcp .")
        {
            folder,
        };
        command.SetAction((result, cancellation) => Run(result.GetRequiredValue(folder), cancellation));
        return command;
    }

    private static async Task<int> Run(string path, CancellationToken cancellation)
    {
        var options = new McpServerOptions
        {
            ServerInfo = new Implementation { Name = "unroll", Version = typeof(Model).Assembly.GetName().Version!.ToString(3) },
            ServerInstructions = Instructions,
            ToolCollection = [.. new McpTools(new AgentFolder(path)).All()],
        };
        await using var transport = new StdioServerTransport(options);
        await using McpServer server = McpServer.Create(transport, options);
        await server.RunAsync(cancellation);
        return 0;
    }
}

using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Unroll.Cli;

/// <summary>The verbs put together; every error becomes one line on standard error and exit code 1.</summary>
internal static class CommandLine
{
    public const int Failed = 1;

    /// <summary>The most characters of a cell, or of anything else that a message quotes.</summary>
    private const int MostQuoted = 100;

    /// <summary>The most characters of a message, and how many of its end are kept where it is longer.</summary>
    private const int Longest = 600, Ending = 200;

    /// <summary>The same of a message that tells everything at once.</summary>
    private const int Much = 100 * Longest;

    public static int Run(string[] args)
    {
        if (OperatingSystem.IsWindows())
            Console.OutputEncoding = Encoding.UTF8;
        OutputWriter.Install();
        Command? verb = null;
        try
        {
            if (args is [Completions.Call, .. var words])
                return Complete(words);
            ParseResult result = Root().Parse(args);
            verb = result.CommandResult.Command;
            return ParseErrors.Describe(result) is { } error
                ? Fail(OneLine(error))
                : result.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (UnrollException error) when (!ShowsTraces)
        {
            return ExchangeErrors.AllOf(error) is { } all ? Fail(Line(all, Much)) : Fail(OneLine(SubjectOptions.Message(error, verb)));
        }
        catch (Exception error) when (!ShowsTraces)
        {
            return Fail(OneLine($"Internal error: {error.GetType().Name}: {error.Message.TrimEnd('.')}. "
                + "Set UNROLL_DEBUG=1 to see where it happened."));
        }
    }

    /// <summary>For those who look for the place of an error: UNROLL_DEBUG=1 lets the exception through.</summary>
    private static bool ShowsTraces => Environment.GetEnvironmentVariable("UNROLL_DEBUG") is "1";

    private static Verb Root()
    {
        var root = new Verb("unroll", "Forecasts series of numbers with recurrent networks beside regression and "
            + "simple rules, and says what each is worth.", "unroll forecast")
        {
            ForecastCommand.Create(),
            BacktestCommand.Create(),
            DescribeCommand.Create(),
            PredictCommand.Create(),
            TuneCommand.Create(),
            JudgeCommand.Create(),
            ConvertCommand.Create(),
            InspectCommand.Create(),
            ServeCommand.Create(),
            StudioCommand.Create(),
            McpCommand.Create(),
            WorkerCommand.Create(),
            ClusterCommand.Create(),
            CompletionCommand.Create(),
        };
        var help = new HelpOption();
        help.Action = new HelpWithExample((HelpAction)help.Action!);
        root.Add(help);
        root.Add(new VersionOption());
        root.SetAction(result => help.Action is HelpWithExample action ? action.Invoke(result) : 0);
        return root;
    }

    /// <summary>A shell asks what could be written next.</summary>
    private static int Complete(string[] words)
    {
        foreach (string line in Completions.Of(Root(), words))
            Console.Out.WriteLine(line);
        return 0;
    }

    private static int Fail(string message)
    {
        Console.Error.WriteLine("unroll: " + message);
        return Failed;
    }

    /// <summary>A message as one line, without what would steer a terminal, and without its middle where it is long.</summary>
    internal static string OneLine(string message) => Line(message, Longest);

    private static string Line(string message, int longest) =>
        Terminal.Harmless(Middle(Shorten(Middle(message, Much).ReplaceLineEndings(" ")), longest));

    private static string Middle(string message, int most) =>
        message.Length <= most
            ? message
            : string.Concat(message.AsSpan(0, most - Ending - 3), "...", message.AsSpan(message.Length - Ending));

    /// <summary>A message in which what stands between quotation marks is cut where it is long.</summary>
    private static string Shorten(string message)
    {
        string[] parts = message.Split('"');
        for (int i = 1; i < parts.Length - 1; i += 2)
        {
            if (parts[i].Length > MostQuoted)
                parts[i] = parts[i][..MostQuoted] + "...";
        }

        return string.Join('"', parts);
    }
}

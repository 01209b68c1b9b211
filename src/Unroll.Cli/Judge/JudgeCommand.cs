using System.CommandLine;

namespace Unroll.Cli;

/// <summary><c>unroll judge MODEL [FILE]</c></summary>
internal static class JudgeCommand
{
    public static Command Create()
    {
        var options = new JudgeOptions();
        var command = new Verb(
            "judge",
            "Judges a network that was trained elsewhere on the newest rows of a file, each forecast from the rows before it, beside "
                + "the naive forecast, "
                + "ridge regression and simple rules: what is it worth, and does it only follow the series a row late?",
            "unroll forecast --sample aapl --recipe tutorial --model gru --epochs 5",
            "unroll convert forecast-report/gru.unroll gru.keras",
            "unroll judge gru.keras --sample aapl --trained-until 2016");
        options.AddTo(command);
        command.SetAction(result => Run(options.Read(result)));
        return command;
    }

    private static int Run(JudgeRequest request)
    {
        Terminal terminal = request.Json ? Terminal.Error() : Terminal.Output();
        Terminal details = request.IsQuiet ? Terminal.Silent() : terminal;
        var run = new JudgeRun(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Folder);
        folder.RequireNoForecaster("judgement");
        try
        {
            JudgeConsole.Before(details, run);
            try
            {
                new FitDisplay(details).Run([FitDisplay.Judging], 0, 0, 1, progress => run.Judge(
                    new Told(moment => progress.Report(moment with { Forecaster = FitDisplay.Judging })), interruption.Token));
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Blank();
                terminal.Say("Interrupted: nothing was written.");
                return interruption.ExitCode;
            }

            string metrics = MetricsJson.Of(run).ToString();
            JudgeFiles.Write(run, folder, metrics);
            terminal.Blank();
            if (request.IsQuiet)
                JudgeConsole.Verdict(terminal, run);
            else
                JudgeConsole.After(terminal, run);
            JudgeConsole.Files(terminal, run, folder);
            if (request.Json)
                Console.Out.Write(metrics);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }
}

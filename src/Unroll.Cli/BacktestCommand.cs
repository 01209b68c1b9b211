using System.CommandLine;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary><c>unroll backtest [FILE]</c></summary>
internal static class BacktestCommand
{
    public static Command Create()
    {
        var arguments = new BacktestArguments();
        var command = new Verb(
            "backtest",
            "Forecasts the past as it would have been forecast then: networks and baselines are fitted anew every few rows on the rows before, predict one or more rows ahead, and are judged with intervals.",
            "unroll backtest --sample aapl --model gru --epochs 3 --refit 126");
        arguments.AddTo(command);
        command.SetAction(result => Run(arguments.Read(result)));
        return command;
    }

    private static int Run(BacktestRequest request)
    {
        Terminal terminal = request.Forecast.Json ? Terminal.Error() : Terminal.Output();
        var input = new BacktestInput(request);
        using var interruption = new Interruption();
        var folder = new ReportFolder(request.Forecast.Folder);
        try
        {
            BacktestConsole.Before(terminal, input);
            var display = new BacktestDisplay(terminal, input);
            BacktestResult result;
            try
            {
                result = display.Run(interruption.Token);
            }
            catch (TrainingDivergedException diverged)
            {
                throw Diverged(display.Current, diverged, input);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Blank();
                terminal.Say("Interrupted: a backtest that is not finished judges nothing, so nothing was written.");
                return interruption.ExitCode;
            }

            string figures = BacktestJson.Of(input, result).ToString();
            folder.Write(Files(input, result, figures));
            BacktestConsole.After(terminal, input, result, folder);
            if (request.Forecast.Json)
                Console.Out.Write(figures);
            return 0;
        }
        finally
        {
            folder.Abandon();
        }
    }

    private static Dictionary<string, string> Files(BacktestInput input, BacktestResult result, string figures)
    {
        var files = new Dictionary<string, string>
        {
            [BacktestJson.FileName] = figures,
            ["predictions.csv"] = BacktestCsv.Of(input, result),
        };
        foreach (Chart chart in BacktestConsole.Charts(result))
            files[chart.Name + ".svg"] = chart.Svg;
        return files;
    }

    private static UnrollException Diverged(BacktestEvent fit, TrainingDivergedException diverged, BacktestInput input) => new(
        FormattableString.Invariant(
            $"The loss of the {fit.Model} became infinite in fit {fit.Fit} of {fit.Fits}, at epoch {diverged.Epoch}, step {diverged.Step}. Try --learning-rate {input.Recipes[0].Training.Optimizer.LearningRate / 10:G4} or less, or --clip-norm 1. Nothing was written."),
        diverged);
}

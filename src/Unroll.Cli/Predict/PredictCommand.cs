using System.CommandLine;
using System.Text.Json;
using Spectre.Console;
using Unroll.Forecasting;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary><c>unroll predict MODEL FILE</c></summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL")
        {
            Description = "A forecaster that unroll forecast wrote, for example forecast-report/forecast.unroll"
        };
        var reading = new ReadingOptions("A table with the columns that the forecaster looks at, its newest rows at the end of time");
        var series = new Option<string?>("--series")
        {
            Description = "For a forecaster of several series: the column that names them [default: as in the training file]",
            HelpName = "COLUMN"
        };
        var only = new Option<string[]>("--series-name")
        {
            Description = "For a forecaster of several series: the series to forecast; repeat it for more [default: all of the file]",
            HelpName = "NAME"
        };
        Option<string?> missing = MissingOption.CreateForFitted();
        Option<int?> horizon = Options.OptionalWhole("--horizon", 1, 10_000,
            "How many rows ahead [default: as many as the forecaster was fitted for]");
        var update = new Option<bool>("--update")
        {
            Description = "Fit the forecaster on with all rows of the file first, and write it anew in its place, or to --out"
        };
        var output = new Option<string?>("--out")
        {
            Description = "With --update: where the forecaster is written [default: in its place]",
            HelpName = "FILE"
        };
        var json = new Option<bool>("--json") { Description = "Print the forecast as JSON" };
        var csv = new Option<bool>("--csv") { Description = "Print the forecast as CSV, with the columns of future.csv" };
        var drivers = new Option<bool>("--drivers")
        {
            Description = "Print what each forecast is made of as CSV (level, season, ...), with the columns of drivers.csv"
        };
        var command = new Verb(
            "predict",
            "Forecasts the next rows from the newest rows of a file, with intervals, by a forecaster that unroll forecast wrote.",
            "unroll forecast --sample aapl --epochs 5",
            "unroll predict forecast-report/forecast.unroll --sample aapl")
        {
            model,
        };
        reading.AddTo(command, "--columns");
        foreach (Option option in (Option[])[series, only, horizon, missing, update, output, json, csv, drivers])
            command.Add(option);
        command.SetAction(result => Run(new PredictRequest(
            result.GetRequiredValue(model),
            reading.Read(result, isNeeded: true))
        {
            SeriesColumn = result.GetValue(series),
            Names = result.GetValue(only) ?? [],
            Horizon = result.GetValue(horizon),
            Missing = result.GetValue(missing) is { } policy ? MissingOption.Policy(policy) : null,
            Updates = result.GetValue(update),
            Output = result.GetValue(output),
            IsJson = result.GetValue(json),
            IsCsv = result.GetValue(csv),
            IsDrivers = result.GetValue(drivers),
        }));
        return command;
    }

    private static int Run(PredictRequest request)
    {
        request.Check();
        ReportFolder.RecoverAround(request.Model);
        PartsForecaster forecaster = ForecastFile.Load(request.Model);
        var input = new PredictInput(request, forecaster);
        bool isPlain = request.IsJson || request.IsCsv || request.IsDrivers;
        Terminal terminal = isPlain ? Terminal.Error() : Terminal.Output();
        if (input.Warning is { } warning)
            terminal.Say(warning, Color.Yellow);
        if (request.Updates)
        {
            ForecastTask task = input.NewerTask();
            using var interruption = new Interruption();
            try
            {
                Update(terminal, input, task, interruption.Token);
            }
            catch (OperationCanceledException) when (interruption.Token.IsCancellationRequested)
            {
                terminal.Say($"Interrupted: {request.Model} is as it was.");
                return interruption.ExitCode;
            }
        }

        Forecast forecast = input.Predict();
        if (request.IsJson)
            Console.Out.Write(JsonSerializer.Serialize(
                PredictionJson.Of(input.Forecaster, input.Data, forecast), ToolJson.Default.PredictionJson) + "\n");
        else if (request.IsCsv)
            Console.Out.Write(FutureCsv.Of(forecast));
        else if (request.IsDrivers)
            Console.Out.Write(DriversCsv.Of(input.Contributions(forecast), forecast, input.IsTable));
        else
            PredictConsole.Show(terminal, input, forecast);
        foreach (string sentence in isPlain ? ForecastWords.Remarks(forecast) : [])
            terminal.Say(sentence);
        return 0;
    }

    private static void Update(Terminal terminal, PredictInput input, ForecastTask task, CancellationToken cancellation)
    {
        PartsForecaster forecaster = input.Forecaster;
        DateTime before = forecaster.TrainedOn.Last;
        IEnumerable<PartsForecaster> members = forecaster is BlendForecaster blend ? blend.Members : [forecaster];
        new FitDisplay(terminal)
            .Run([.. members.Select(member => member.Name)], 0, 0, 1, progress => forecaster.Refit(task, progress, cancellation));
        string path = input.Request.Output ?? input.Request.Model;
        ForecastFile.Save(forecaster, path);
        TimeSeries table = task[task.Parts[0]].Table;
        terminal.Say(
            $"{path} was fitted on: it knew rows to {table.Format(before)}, and now "
                + $"knows rows to {table.Format(forecaster.TrainedOn.Last)}.");
    }
}

/// <summary>What <c>unroll predict</c> was asked for.</summary>
/// <param name="Model">The forecaster's file.</param>
/// <param name="Data">Where the rows come from.</param>
internal sealed record PredictRequest(string Model, DataSource Data)
{
    /// <summary>The column that names the series; null for that of training.</summary>
    public string? SeriesColumn { get; init; }

    /// <summary>The series to forecast; empty for all.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>H; null for that of training.</summary>
    public int? Horizon { get; init; }

    /// <summary>What to do with missing values; null for what was done in training.</summary>
    public MissingPolicy? Missing { get; init; }

    /// <summary>Whether the forecaster is fitted on first.</summary>
    public bool Updates { get; init; }

    /// <summary>Where it is then written; null for its place.</summary>
    public string? Output { get; init; }

    public bool IsJson { get; init; }

    public bool IsCsv { get; init; }

    /// <summary>Whether what forecasts are made of is printed.</summary>
    public bool IsDrivers { get; init; }

    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public void Check()
    {
        (string Name, bool IsGiven)[] ways = [("--json", IsJson), ("--csv", IsCsv), ("--drivers", IsDrivers)];
        string[] printed = [.. ways.Where(way => way.IsGiven).Select(way => way.Name)];
        if (printed.Length > 1)
            throw new UnrollException($"{printed[0]} and {printed[1]} both print on standard output. Give one of them.");
        if (Output is not null && !Updates)
            throw new UnrollException("--out says where --update writes the forecaster. Add --update, or leave it out.");
    }
}

using System.CommandLine;
using System.ComponentModel;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ModelContextProtocol;
using ModelContextProtocol.Server;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What an agent can call. Each is a verb of the tool with the same options under the same names, and answers with JSON.</summary>
internal sealed partial class McpTools(AgentFolder folder) : IDisposable
{
    /// <summary>One forecast at a time: each takes the whole machine.</summary>
    private readonly SemaphoreSlim _turn = new(1);

    public void Dispose() => _turn.Dispose();

    public IEnumerable<McpServerTool> All() =>
    [
        Tool(
            Describe,
            "describe",
            "Reads a table of rows with dates and says how it was understood: columns, dates, gaps, missing values, notices.",
            isReadOnly: true),
        Tool(
            Forecast,
            "forecast",
            "Forecasts the rows to come of a file with intervals of 80 % and 95 %, and says how good that is on rows kept apart: beside "
                + "naive, ridge regression and the best simple rule. Takes up to the given seconds. With out, writes a report and a "
                + "forecaster that predict reads.",
            isReadOnly: false),
        Tool(
            Predict,
            "predict",
            "Forecasts from the newest rows of a file by a forecaster that was written before, with naive and intervals beside; takes "
                + "about a second.",
            isReadOnly: true),
        Tool(
            Explain,
            "explain",
            "Says what each forecast of predict is made of (level, season, holidays, networks ...), in the target's units; the parts "
                + "add up to the forecast.",
            isReadOnly: true),
    ];

    private static McpServerTool Tool(Delegate method, string name, string description, bool isReadOnly) =>
        McpServerTool.Create(method, new McpServerToolCreateOptions
        {
            Name = name,
            Description = description,
            ReadOnly = isReadOnly,
            Destructive = !isReadOnly,
            OpenWorld = false,
            Idempotent = true,
        });

    private Task<string> Describe(
        [Description("The file, from the served folder on, or sample:NAME with sp500, aapl, births, ridership or stations")] string file,
        [Description("The column that names the series, where the file holds several")] string? series = null,
        CancellationToken cancellation = default) => Turn(
        () =>
        {
            (Verb verb, ReadingOptions reading) = Reader("describe");
            DataSource source = reading.Read(Parse(verb, folder.Data(file)), isNeeded: true);
            return DescriptionJson.Of(source, source.Read(series)).ToString();
        },
        cancellation);

    private Task<string> Forecast(
        [Description("The file, from the served folder on, or sample:NAME")] string file,
        [Description("The column to forecast, or several with commas; needed where the file has several columns of numbers")]
        string? target = null,
        [Description("How many rows ahead")] int horizon = 1,
        [Description("The column that names the series, where the file holds several")] string? series = null,
        [Description("Columns that are known for the rows to come, with commas; the file has rows with their values")]
        string? known = null,
        [Description("A country whose public holidays matter, as DE or US")] string? holidays = null,
        [Description("The rows to judge on, as 2021.. or last:12; chosen where it is not given")] string? test = null,
        [Description("What the forecast is made of, with commas, as lstm,gru,ridge,ets; the default recipe where it is not given")]
        string? model = null,
        [Description("No forecast is below this")] double? min = null,
        [Description("How many seconds it may take")] int seconds = 45,
        [Description("A folder for the report and the forecaster; nothing is written where it is not given")] string? @out = null,
        IProgress<ProgressNotificationValue>? progress = null,
        CancellationToken cancellation = default) => Turn(
        () =>
        {
            var options = new ForecastOptions();
            var verb = new Verb("forecast", "");
            options.AddTo(verb);
            (string Name, string? Value)[] given =
            [
                ("--target", target), ("--horizon", Text(horizon)), ("--series", series), ("--known", known), ("--holidays", holidays),
                ("--test", test), ("--model", model), ("--min", min?.ToString(CultureInfo.InvariantCulture)),
                ("--budget", Text(seconds) + "s"),
                ("--out", @out is null ? null : folder.Inside(@out)),
            ];
            IEnumerable<string> words = folder.Data(file)
                .Concat(given.Where(each => each.Value is not null).Select(each => $"{each.Name}={each.Value}"));
            var run = new ForecastRun(options.Read(Parse(verb, words)));
            ReportFolder? report = @out is null ? null : new ReportFolder(run.Request.Folder);
            (double fitted, double judged) = FitShares.WithRefit;
            try
            {
                run.Fit(Within(0, fitted), cancellation);
                run.Judge(Within(fitted, judged), cancellation);
                run.Refit(Within(judged, 1), cancellation);
                run.Look();
                if (report is not null)
                    ForecastFiles.Write(run, report, MetricsJson.Of(run).ToString());
                return ForecastAnswer.Of(run, report is null ? null : $"{@out!.TrimEnd('/')}/{ForecastFiles.RecommendedName(run)}")
                    .ToString();
            }
            finally
            {
                report?.Abandon();
            }

            Told Within(double from, double to) => new(moment => progress?.Report(new ProgressNotificationValue
            {
                Progress = (float)(from + ((to - from) * moment.Share)),
                Total = 1,
                Message = moment.Forecaster,
            }));
        },
        cancellation);

    private Task<string> Predict(
        [Description("The forecaster, as forecast wrote it: forecast-report/forecast.unroll")] string model,
        [Description("The file with the newest rows, or sample:NAME")] string file,
        [Description("How many rows ahead, at most what it was fitted for")] int? horizon = null,
        CancellationToken cancellation = default) => Turn(() => Ahead(model, file, horizon, explains: false), cancellation);

    private Task<string> Explain(
        [Description("The forecaster, as forecast wrote it")] string model,
        [Description("The file with the newest rows, or sample:NAME")] string file,
        [Description("How many rows ahead, at most what it was fitted for")] int? horizon = null,
        CancellationToken cancellation = default) => Turn(() => Ahead(model, file, horizon, explains: true), cancellation);

    /// <summary>The rows to come by a forecaster that was fitted before, where it is asked with what they are made of.</summary>
    private string Ahead(string model, string file, int? horizon, bool explains)
    {
        if (horizon < 1)
            throw new UnrollException($"horizon is {horizon}; it takes a whole number of at least 1.");
        (Verb verb, ReadingOptions reading) = Reader("predict");
        DataSource source = reading.Read(Parse(verb, folder.Data(file)), isNeeded: true);
        var request = new PredictRequest(folder.Inside(model), source) { Horizon = horizon };
        ReportFolder.RecoverAround(request.Model);
        var input = new PredictInput(request, ForecastFile.Load(request.Model));
        Forecast forecast = input.Predict();
        return PredictAnswer.Of(input, forecast, explains ? input.Contributions(forecast) : null).ToString();
    }

    private static (Verb Verb, ReadingOptions Reading) Reader(string name)
    {
        var verb = new Verb(name, "");
        var reading = new ReadingOptions(ReadingOptions.AnyTable);
        reading.AddTo(verb);
        return (verb, reading);
    }

    private static ParseResult Parse(Verb verb, IEnumerable<string> words)
    {
        ParseResult result = verb.Parse([.. words]);
        return ParseErrors.Describe(result) is { } error ? throw new UnrollException(error) : result;
    }

    /// <summary>
    /// Runs one call after the other, away from the thread that reads messages; an error is one sentence with the names of arguments.
    /// </summary>
    private async Task<string> Turn(Func<string> call, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            return await Task.Run(call, cancellation);
        }
        catch (UnrollException error)
        {
            throw new McpException(ForAgents(error));
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// The message without the place of the folder on this machine, and with arguments for options: <c>series</c> for <c>--series</c>.
    /// </summary>
    private string ForAgents(UnrollException error)
    {
        string message = CommandLine.OneLine(SubjectOptions.Message(error, null));
        message = message.Replace(folder.Path + Path.DirectorySeparatorChar, "", StringComparison.Ordinal)
            .Replace(folder.Path, ".", StringComparison.Ordinal);
        return OptionName().Replace(HelpHint().Replace(message, ""), "$1").Replace("budget is", "seconds is", StringComparison.Ordinal);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(" See unroll [a-z]* ?--help\\.")]
    private static partial Regex HelpHint();

    [GeneratedRegex("--([a-z][a-z-]*)")]
    private static partial Regex OptionName();
}

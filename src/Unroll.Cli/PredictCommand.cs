using System.CommandLine;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary><c>unroll predict MODEL FILE</c></summary>
internal static class PredictCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A network that unroll forecast wrote, for example forecast-report/lstm.unroll" };
        Argument<string?> file = DataSource.FileArgument("A CSV file with the column that the network was trained on, its newest rows at the end of time");
        Option<string?> sample = DataSource.SampleOption(Sample.All);
        var series = new Option<string?>("--series") { Description = "For a network of several series: the column that names them [default: as in the training file]", HelpName = "COLUMN" };
        var only = new Option<string[]>("--series-name") { Description = "For a network of several series: the series to predict; repeat it for more [default: all of the file]", HelpName = "NAME" };
        Option<string> missing = TargetColumn.MissingOption();
        Option<int?> horizon = Options.OptionalWhole("--horizon", 1, 10_000, "How many rows ahead [default: as many as the network was trained for]");
        var json = new Option<bool>("--json") { Description = "Print the prediction as JSON" };
        var csv = new Option<bool>("--csv") { Description = "Print the prediction as CSV" };
        var command = new Verb(
            "predict",
            "Predicts the next value or values from the newest rows of a file, with the naive forecast beside them.",
            "unroll forecast --sample aapl --epochs 5",
            "unroll predict forecast-report/lstm.unroll --sample aapl")
        {
            model, file, sample, series, only, horizon, missing, json, csv,
        };
        command.SetAction(result =>
        {
            DataSource source = DataSource.From(result.GetValue(file), result.GetValue(sample), Sample.Single, isNeeded: true);
            string path = result.GetRequiredValue(model);
            MissingPolicy policy = TargetColumn.Policy(result.GetRequiredValue(missing));
            if (result.GetValue(json) && result.GetValue(csv))
                throw new UnrollException("--json and --csv both print on standard output. Give one of them.");
            if (PanelForecaster.IsIn(path))
            {
                PanelPredictionJson all = PredictPanel.Predict(path, source, result.GetValue(series), result.GetValue(only) ?? [], policy, result.GetValue(horizon));
                if (result.GetValue(json))
                    Console.Out.Write(all);
                else if (result.GetValue(csv))
                    Console.Out.Write(PredictionCsv.Of(all));
                else
                    PredictPanel.Show(Terminal.Output(), all);
                return 0;
            }

            if (result.GetValue(series) is not null || result.GetValue(only) is { Length: > 0 })
                throw new UnrollException($"{path} holds the network of one series, but --series and --series-name are for several. Leave them out.");
            PredictionJson[] predictions = Predict(path, source, policy, result.GetValue(horizon));
            if (result.GetValue(json))
                Console.Out.Write(predictions.Length == 1 ? predictions[0] : new PredictionsJson(predictions));
            else if (result.GetValue(csv))
                Console.Out.Write(PredictionCsv.Of(predictions));
            else
                Show(Terminal.Output(), predictions);
            return 0;
        });
        return command;
    }

    /// <summary>One a target of the network.</summary>
    private static PredictionJson[] Predict(string model, DataSource source, MissingPolicy policy, int? horizon)
    {
        IReadOnlyList<INetworkForecaster> networks = NetworkForecaster.LoadAll(model);
        TimeSeries series = source.Read();
        string[] targets = [.. networks.Select(network => network.Target)];
        string[] known = [.. networks.SelectMany(network => network.Inputs.Known).Distinct()];
        var inputs = new ForecastInputs { Past = [.. networks.SelectMany(network => network.Inputs.Past).Except([.. targets, .. known])], Known = known };
        (TimeSeries table, _, _) = InputColumns.Complete(series, targets, policy, inputs, inputs.Past, null, null);
        TimeSeries told = InputColumns.Told(table, targets);
        return [.. networks.Select(network => Predict(model, network, series, table, told, horizon))];
    }

    private static PredictionJson Predict(string model, INetworkForecaster network, TimeSeries series, TimeSeries table, TimeSeries told, int? horizon)
    {
        AheadJson[] ahead = Ahead(model, network, table, told, horizon ?? network.Steps);
        return new PredictionJson(
            network.Name,
            series.Name,
            network.Target,
            network.Window,
            Day(network.TrainedOn.First),
            Day(network.TrainedOn.Last),
            series.Day(told.LastDate),
            ahead[0].Value,
            told[network.Target][^1],
            ahead)
        {
            Head = network is EnsembleForecaster { Head: not ForecastHead.None and var head } ? RecipeOptions.WordOf(head) : null,
        };
    }

    /// <summary>The rows to come, with intervals of 80 and 95 % where the network makes any.</summary>
    /// <param name="model">Its file.</param>
    /// <param name="network">The network.</param>
    /// <param name="table">All rows; those at the end may have no target yet.</param>
    /// <param name="told">The rows up to the last one with a target.</param>
    /// <param name="steps">How many rows ahead.</param>
    /// <exception cref="UnrollException">Too few rows, or a prediction that is no number.</exception>
    public static AheadJson[] Ahead(string model, INetworkForecaster network, TimeSeries table, TimeSeries told, int steps)
    {
        IReadOnlyList<DateTime> dates = told.NextDates(steps);
        AheadJson[] ahead;
        if (network is EnsembleForecaster ensemble)
        {
            (double[] values, PredictionInterval[][] intervals) = ensemble.PredictAhead(table, steps, [0.8, 0.95]);
            ahead = [.. values.Select((value, i) => new AheadJson(told.Day(dates[i]), value, intervals[0][i].Lower, intervals[0][i].Upper, intervals[1][i].Lower, intervals[1][i].Upper))];
        }
        else
        {
            ahead = [.. network.PredictAhead(told, steps).Select((value, i) => new AheadJson(told.Day(dates[i]), value))];
        }

        return Array.TrueForAll(ahead, each => double.IsFinite(each.Value))
            ? ahead
            : throw new UnrollException($"{model} predicts no finite number: its training went wrong. Train it again with a smaller learning rate.");
    }

    /// <summary>A day of training.</summary>
    public static string Day(DateTime date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static void Show(Terminal terminal, PredictionJson[] predictions)
    {
        for (int i = 0; i < predictions.Length; i++)
        {
            if (i > 0)
                terminal.Blank();
            Show(terminal, predictions[i]);
        }
    }

    private static void Show(Terminal terminal, PredictionJson prediction)
    {
        string[] values = [.. prediction.Ahead.Select(each => Figure(each.Value)), Figure(prediction.Naive)];
        int widest = values.Max(value => value.Length);
        terminal.Heading($"{(prediction.Ahead.Length == 1 ? $"The next {prediction.Target}" : $"The next {prediction.Ahead.Length} rows of {prediction.Target}")} after {prediction.After} in {prediction.File}");
        terminal.Say($"{prediction.Model}: from the newest {prediction.Window} rows; trained on {prediction.TrainedFrom} to {prediction.TrainedTo}{(prediction.Head is { } head ? $"; intervals of its {head} head" : "")}");
        int dates = prediction.Ahead.Max(each => each.Date.Length);
        foreach (AheadJson each in prediction.Ahead)
        {
            string interval = each.Lower80 is { } lower ? $"   80 %: {Figure(lower)} to {Figure(each.Upper80!.Value)}   95 %: {Figure(each.Lower95!.Value)} to {Figure(each.Upper95!.Value)}" : "";
            terminal.Lines($"{each.Date.PadRight(dates)}  {Figure(each.Value).PadLeft(widest)}{interval}");
        }

        terminal.Lines($"{"naive".PadRight(dates)}  {Figure(prediction.Naive).PadLeft(widest)}   the value of {prediction.After}: \"tomorrow equals today\"");
    }

    public static string Figure(double value) => value.ToString("G7", CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary><c>unroll predict</c> with a network of several series.</summary>
internal static class PredictPanel
{
    /// <summary>The next rows of every series of a file that the network knows, or of those named.</summary>
    /// <exception cref="UnrollException">The file does not do, a named series cannot be predicted, or none can.</exception>
    public static PanelPredictionJson Predict(string model, DataSource source, string? seriesColumn, string[] names, MissingPolicy policy, int? horizon)
    {
        var network = PanelForecaster.Load(model);
        string column = seriesColumn ?? network.SeriesColumn;
        Panel panel = source.ReadPanel(column, network.StaticNames);
        int steps = horizon ?? network.Steps;
        var predicted = new List<SeriesPredictionJson>();
        var leftOut = new List<LeftOutFigures>();
        foreach (string key in names.Length > 0 ? names.Select(name => KeyOf(panel, name)).Distinct() : panel.Keys)
        {
            if (names.Length == 0 && !network.Keys.Contains(key))
            {
                leftOut.Add(new LeftOutFigures(key, $"the {network.Name} was not trained on it."));
                continue;
            }

            EnsembleForecaster own = network.For(panel, key);
            try
            {
                predicted.Add(Predict(model, own, panel[key], key, policy, steps));
            }
            catch (UnrollException reason) when (names.Length == 0 && panel.Count > 1 && steps <= network.Steps)
            {
                leftOut.Add(new LeftOutFigures(key, reason.Message));
            }
        }

        if (predicted.Count == 0)
            throw new UnrollException($"No series of {panel.Name} can be predicted. The first, {leftOut[0].Series}: {leftOut[0].Reason} The {network.Name} knows {Some(network.Keys)}.");
        return new PanelPredictionJson(network.Name, panel.Name, network.Target, panel.SeriesColumn, steps, [.. predicted], [.. leftOut]);
    }

    public static void Show(Terminal terminal, PanelPredictionJson prediction)
    {
        SeriesPredictionJson[] all = prediction.Series;
        string what = prediction.Horizon == 1 ? $"The next {prediction.Target}" : $"The next {prediction.Horizon} rows of {prediction.Target}";
        terminal.Heading($"{what} of {(all.Length == 1 ? all[0].Series : string.Create(CultureInfo.InvariantCulture, $"{all.Length:N0} series"))} in {prediction.File}");
        terminal.Say($"{prediction.Model}: trained on {all.Min(each => each.TrainedFrom)} to {all.Max(each => each.TrainedTo)}");
        string[][] Lines(SeriesPredictionJson series) =>
        [
            .. series.Ahead.Select((each, i) => new[]
            {
                i == 0 ? PanelTable.Short(series.Series) : "", each.Date, PredictCommand.Figure(each.Value), Range(each.Lower80, each.Upper80), Range(each.Lower95, each.Upper95),
                i == 0 ? PredictCommand.Figure(series.Naive) : "",
            }),
        ];
        string[][][] groups = prediction.Horizon == 1 ? [[.. all.SelectMany(Lines)]] : [.. all.Select(Lines)];
        terminal.Lines(FigureTable.Text([prediction.SeriesColumn, "Date", prediction.Target, "80 %", "95 %", "Naive"], ["95 %", "Naive"], groups, terminal.Width));
        terminal.Say("Naive: the newest value of the series, \"tomorrow equals today\".");
        foreach (string sentence in ForecastPanelConsole.LeftOut(prediction.LeftOut, "--json"))
            terminal.Say(sentence, Spectre.Console.Color.Yellow);
    }

    private static SeriesPredictionJson Predict(string model, EnsembleForecaster network, TimeSeries series, string key, MissingPolicy policy, int steps)
    {
        (TimeSeries table, _, _) = InputColumns.Complete(series, [network.Target], policy, network.Inputs, [.. network.Inputs.Past], null, null);
        TimeSeries told = InputColumns.Told(table, network.Target);
        AheadJson[] ahead = PredictCommand.Ahead(model, network, table, told, steps);
        return new SeriesPredictionJson(
            key,
            PredictCommand.Day(network.TrainedOn.First),
            PredictCommand.Day(network.TrainedOn.Last),
            series.Day(told.LastDate),
            ahead[0].Value,
            told[network.Target][^1],
            ahead);
    }

    /// <summary>The key as the file spells it.</summary>
    private static string KeyOf(Panel panel, string name)
    {
        _ = panel[name];
        return panel.Keys.FirstOrDefault(key => key == name) ?? panel.Keys.First(key => key.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    private static string Some(IReadOnlyList<string> keys) => string.Join(", ", keys.Take(20)) + (keys.Count > 20 ? ", ..." : "");

    private static string Range(double? lower, double? upper) => $"{PredictCommand.Figure(lower!.Value)} to {PredictCommand.Figure(upper!.Value)}";
}

/// <summary>What <c>unroll predict --json</c> prints for a network of several series.</summary>
/// <param name="Series">One a series.</param>
/// <param name="LeftOut">Series that could not be predicted.</param>
internal sealed record PanelPredictionJson(string Model, string File, string Target, string SeriesColumn, int Horizon, SeriesPredictionJson[] Series, LeftOutFigures[] LeftOut)
{
    public override string ToString() => JsonSerializer.Serialize(this, ToolJson.Default.PanelPredictionJson) + "\n";
}

/// <param name="After">The date of the newest row.</param>
/// <param name="Value">The next value in the target's units.</param>
/// <param name="Naive">The newest value: "tomorrow equals today".</param>
internal sealed record SeriesPredictionJson(string Series, string TrainedFrom, string TrainedTo, string After, double Value, double Naive, AheadJson[] Ahead);

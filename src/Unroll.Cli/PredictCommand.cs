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
        Option<string?> sample = DataSource.SampleOption(Sample.Single);
        Option<string> missing = TargetColumn.MissingOption();
        var json = new Option<bool>("--json") { Description = "Print the prediction as JSON" };
        var command = new Verb(
            "predict",
            "Predicts the next value from the newest rows of a file, with the naive forecast beside it.",
            "unroll forecast --sample aapl --epochs 5",
            "unroll predict forecast-report/lstm.unroll --sample aapl")
        {
            model, file, sample, missing, json,
        };
        command.SetAction(result =>
        {
            DataSource source = DataSource.From(result.GetValue(file), result.GetValue(sample), Sample.Single, isNeeded: true);
            PredictionJson prediction = Predict(result.GetRequiredValue(model), source, TargetColumn.Policy(result.GetRequiredValue(missing)));
            if (result.GetValue(json))
                Console.Out.Write(prediction);
            else
                Show(Terminal.Output(), prediction);
            return 0;
        });
        return command;
    }

    private static PredictionJson Predict(string model, DataSource source, MissingPolicy policy)
    {
        INetworkForecaster network = NetworkForecaster.Load(model);
        TimeSeries series = source.Read();
        TimeSeries column = TargetColumn.Complete(series, network.Target, policy, null, null);
        double next = network.PredictNext(column);
        if (!double.IsFinite(next))
            throw new UnrollException($"{model} predicts no finite number: its training went wrong. Train it again with a smaller learning rate.");
        static string Day(DateTime date) => date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return new PredictionJson(
            network.Name,
            series.Name,
            network.Target,
            network.Window,
            Day(network.TrainedOn.First),
            Day(network.TrainedOn.Last),
            series.Day(column.LastDate),
            next,
            column[network.Target][^1]);
    }

    private static void Show(Terminal terminal, PredictionJson prediction)
    {
        string value = Figure(prediction.Value), naive = Figure(prediction.Naive);
        int widest = Math.Max(value.Length, naive.Length);
        terminal.Heading($"The next {prediction.Target} after {prediction.After} in {prediction.File}");
        terminal.Lines($"{prediction.Model,-9}  {value.PadLeft(widest)}  from the newest {prediction.Window} rows; trained on {prediction.TrainedFrom} to {prediction.TrainedTo}");
        terminal.Lines($"{"naive",-9}  {naive.PadLeft(widest)}  the value of {prediction.After}: \"tomorrow equals today\"");
    }

    private static string Figure(double value) => value.ToString("G7", CultureInfo.InvariantCulture);
}

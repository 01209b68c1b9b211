using System.Diagnostics;
using System.Globalization;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>What to train on, and how often.</summary>
internal sealed record SeedsOptions(string File, string Target, DateRange Train, DateRange Test, int FirstSeed, int LastSeed,
    IReadOnlyList<CellKind> Models, bool Torch, int Threads, string Command);

/// <summary>Errors on the test rows in the target's units, after training with one seed.</summary>
internal sealed record SeedsRun(string Library, CellKind Cell, int Seed, double Rmse, double Mae, double Mape, double FinalLoss,
    double EpochSeconds);

/// <summary>
/// The tutorial's recipe, seed after seed: MinMax on the training rows, windows of 60, 125 units, Dense(1), MSE, RMSprop
/// (learning rate 0.001, rho 0.9, epsilon 1e-7 outside the root), 50 epochs of batches of 32 in a new order each, Keras'
/// initial weights. One lucky seed proves nothing; the table shows them all.
/// </summary>
internal static class SeedsTable
{
    private const int Window = 60, Units = 125, Epochs = 50, Batch = 32;
    private const string Ours = "Unroll", Theirs = "libtorch";

    public static void Run(SeedsOptions options)
    {
        var page = new Page(options.Command, options.Torch ? Opponent.Torch : Opponent.None);
        TimeSeries series = TimeSeries.Read(options.File);
        var split = new ForecastSplit(series, options.Target, options.Train, options.Test, Window);
        var scaler = new MinMaxScaler();
        scaler.Fit(split.Train.Values);
        var runs = new List<SeedsRun>();
        if (options.Torch)
            TorchPeer.UseThreads(options.Threads);
        foreach (CellKind cell in options.Models)
        {
            for (int seed = options.FirstSeed; seed <= options.LastSeed; seed++)
            {
                Model initial = new Stack(cell, Units).CreateModel(split.TrainWindows(scaler), options.Threads, seed);
                if (options.Torch)
                    Add(TrainTorch(initial, cell, seed, split, scaler));
                Add(TrainOurs(initial, cell, seed, split, scaler));
            }
        }

        string table = Table(options, split, scaler, runs, page);
        Results.Write("tutorial-seeds.md", table);
        Console.WriteLine(table);

        void Add(SeedsRun run)
        {
            runs.Add(run);
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{run.Cell.Label(),-10} {run.Seed} {run.Library,-8} RMSE "
                + $"{run.Rmse:F2}  loss {run.FinalLoss:E2}  {run.EpochSeconds:F3} s an epoch"));
        }
    }

    private static SeedsRun TrainOurs(Model model, CellKind cell, int seed, ForecastSplit split, Scaler scaler)
    {
        History history = model.Fit(split.TrainWindows(scaler), new TrainingOptions { Seed = seed, Epochs = Epochs, BatchSize = Batch });
        return Judge(Ours, cell, seed, model.Predict(split.TestWindows(scaler)), history.FinalLoss,
            history.Epochs.Select(epoch => epoch.Seconds), split, scaler);
    }

    /// <summary>The same initial weights and the same batches; of the two biases of an LSTM or RNN one is trained, as here.</summary>
    private static SeedsRun TrainTorch(Model initial, CellKind cell, int seed, ForecastSplit split, Scaler scaler)
    {
        SplitWindows windows = split.TrainWindows(scaler);
        using var torch = new TorchPeer(new Stack(cell, Units), windows, Batch, oneBias: true);
        TorchWeights.Copy(initial, new Stack(cell, Units), torch);
        var order = new BatchOrder(windows.Count, seed);
        double loss = double.NaN;
        var seconds = new List<double>();
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            long start = Stopwatch.GetTimestamp();
            loss = torch.TrainEpoch(order.Next());
            seconds.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return Judge(Theirs, cell, seed, torch.Predict(split.TestWindows(scaler)), loss, seconds, split, scaler);
    }

    private static SeedsRun Judge(string library, CellKind cell, int seed, float[] outputs, double loss, IEnumerable<double> seconds,
        ForecastSplit split, Scaler scaler)
    {
        double[] predicted = scaler.InverseTransform(Array.ConvertAll(outputs, value => (double)value));
        ReadOnlySpan<double> actual = split.Test.Values;
        return new SeedsRun(library, cell, seed, Metrics.Rmse(actual, predicted), Metrics.Mae(actual, predicted),
            Metrics.Mape(actual, predicted), loss, Statistics.Median(seconds));
    }

    private static string Table(SeedsOptions options, ForecastSplit split, Scaler scaler, List<SeedsRun> runs, Page page)
    {
        double[] same = [.. Enumerable.Range(0, split.Test.Count)
            .Select(row => row == 0 ? split.TestWithHistory[Window - 1] : split.Test[row - 1])];
        ReadOnlySpan<double> actual = split.Test.Values;
        double naiveRmse = Metrics.Rmse(actual, same);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"""
            # The tutorial's recipe, seeds {options.FirstSeed} to {options.LastSeed}

            {Path.GetFileName(options.File)}, column {split.Target}: {split.Train.Count} training rows ({split.TrainRange}), {split.TrainWindows(scaler).Count} windows of {Window}; {split.Test.Count} test rows ({split.TestRange}).
            MinMax on the training rows, {Units} units, Dense(1), MSE, RMSprop (learning rate 0.001, rho 0.9, epsilon 1e-7 outside the root), {Epochs} epochs, batches of {Batch} in a new order each epoch, Keras' initial weights. Errors are in the units of the column.

            **The naive forecast, tomorrow as today, has an RMSE of {naiveRmse:F2}, an MAE of {Metrics.Mae(actual, same):F2} and a MAPE of {Metrics.Mape(actual, same):F2} %.**

            {string.Join('\n', page.Origin($"Threads: {options.Threads}"))}
            """);
        if (options.Torch)
            text.AppendLine(
                "- libtorch starts from Unroll's initial weights and is trained on the same batches in the same order; of the two biases "
                + "that its LSTM and RNN add, one is trained (two learn at twice the rate). Rounding differs, so the paths part within "
                + "the first epochs.");
        text.AppendLine("- The times are those of a machine that did other work too; `peers` compares times.");
        AppendSummary(text, runs, naiveRmse);
        AppendRuns(text, runs);
        return text.ToString();
    }

    private static void AppendSummary(StringBuilder text, List<SeedsRun> runs, double naiveRmse)
    {
        text.AppendLine().AppendLine(
            "| model | library | RMSE median | min | max | MAE median | MAPE median | below naive | loss median | s an epoch |");
        text.AppendLine("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (IGrouping<(CellKind Cell, string Library), SeedsRun> group in runs.GroupBy(run => (run.Cell, run.Library)))
        {
            double Median(Func<SeedsRun, double> value) => Statistics.Median(group.Select(value));
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {group.Key.Cell.Label()} | {group.Key.Library} | **{Median(run => run.Rmse):F2}** | {group.Min(run => run.Rmse):F2} | "
                + $"{group.Max(run => run.Rmse):F2} | {Median(run => run.Mae):F2} | {Median(run => run.Mape):F2} % | "
                + $"{group.Count(run => run.Rmse < naiveRmse)} of {group.Count()} | {Median(run => run.FinalLoss):E2} | "
                + $"{Median(run => run.EpochSeconds):F3} |");
        }
    }

    private static void AppendRuns(StringBuilder text, List<SeedsRun> runs)
    {
        text.AppendLine().AppendLine("Every run:").AppendLine();
        text.AppendLine("| model | seed | library | RMSE | MAE | MAPE | final loss | s an epoch |");
        text.AppendLine("|---|--:|---|--:|--:|--:|--:|--:|");
        foreach (SeedsRun run in runs)
            text.AppendLine(CultureInfo.InvariantCulture, $"| {run.Cell.Label()} | {run.Seed} | {run.Library} | {run.Rmse:F2} | "
                + $"{run.Mae:F2} | {run.Mape:F2} % | {run.FinalLoss:E2} | {run.EpochSeconds:F3} |");
    }
}

using Unroll.Forecasting;
using Unroll.Formats;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Small ensembles, and what is asked of them and of least squares alike.</summary>
internal static class SmallEnsembles
{
    public static EnsembleRecipe Recipe(int steps = 1, int members = 2, int epochs = 3, int units = 4, int threads = 1, TargetTransform? transform = null, Strategy strategy = Strategy.Direct) => new()
    {
        Steps = steps,
        Strategy = strategy,
        Members = members,
        Window = 8,
        Transform = transform,
        Network = new NetworkRecipe
        {
            Cell = CellKind.Gru,
            Units = units,
            Threads = threads,
            Training = new TrainingOptions { Epochs = epochs, BatchSize = 64, Optimizer = new Adam { LearningRate = 0.01 }, EarlyStopping = new EarlyStopping(5) },
        },
    };

    public static T Fitted<T>(T forecaster, ForecastSplit split)
        where T : IForecaster
    {
        forecaster.Fit(split, TestContext.Current.CancellationToken);
        return forecaster;
    }

    /// <summary>The root mean squared error a step ahead.</summary>
    public static double Rmse(IHorizonForecaster forecaster, ForecastSplit split, int steps = 1)
    {
        HorizonForecast ahead = forecaster.PredictAhead(split, steps);
        return Math.Sqrt(ahead.Predicted(steps).Zip(ahead.Actual(steps), (p, a) => (p - a) * (p - a)).Average());
    }

    /// <summary>The file an ensemble is saved to: all that it predicts with, to the bit.</summary>
    public static byte[] Bytes(EnsembleForecaster forecaster)
    {
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "ensemble.unroll");
        forecaster.Save(path);
        return File.ReadAllBytes(path);
    }

    /// <summary>The rows up to an origin, and after it H rows of which only the event is known.</summary>
    public static TimeSeries UpTo(TimeSeries table, int origin, int steps) =>
        MadeTables.Spoilt(table.Head(origin + 1 + steps), origin + 1, _ => double.NaN, "event");

    /// <summary>The other metadata of a saved ensemble, changed.</summary>
    public static string Altered(string path, TestFiles files, Func<string, string> change)
    {
        (Model model, IReadOnlyDictionary<string, string> metadata) = ModelFile.Read(path);
        string altered = Path.Combine(files.Folder, "altered.unroll"), json = change(metadata["ensemble"]);
        Assert.NotEqual(metadata["ensemble"], json);
        ModelFile.Write(altered, model, new Dictionary<string, string> { ["ensemble"] = json });
        return altered;
    }
}

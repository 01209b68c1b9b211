using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Unroll.Forecasting;
using Xunit;

namespace Unroll.Tests.Forecasting;

/// <summary>Small ensembles, and what is asked of them and of other forecasters alike.</summary>
internal static class SmallEnsembles
{
    public static EnsembleRecipe Recipe(int steps = 1, int members = 2, int epochs = 3, int units = 4, int threads = 1,
        TargetTransform? transform = null, Strategy strategy = Strategy.Direct) => new()
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
                Training = new TrainingOptions
                {
                    Epochs = epochs,
                    BatchSize = 64,
                    Optimizer = new Adam { LearningRate = 0.01 },
                    EarlyStopping = new EarlyStopping(6)
                },
            },
        };

    /// <summary>Fitted to one part, an ensemble for the rows ahead of its recipe, others for <paramref name="steps"/>.</summary>
    public static T Fitted<T>(T forecaster, ForecastSplit split, int steps = 1)
        where T : PartsForecaster => Fitted(forecaster, new ForecastTask(split, (forecaster as EnsembleForecaster)?.Recipe.Steps ?? steps));

    public static T Fitted<T>(T forecaster, ForecastTask task)
        where T : PartsForecaster
    {
        forecaster.Fit(task, null, TestContext.Current.CancellationToken);
        return forecaster;
    }

    /// <summary>The root mean squared error a step ahead.</summary>
    public static double Rmse(PartsForecaster forecaster, ForecastSplit split, int step = 1)
    {
        HorizonForecast ahead = forecaster.Ahead(split, step);
        return Metrics.Rmse(ahead.Actual(step), ahead.Predicted(step));
    }

    /// <summary>What one target of one series is forecast with; the only one where none is named.</summary>
    public static EnsembleModel ModelOf(EnsembleForecaster forecaster, Part? part = null) =>
        (EnsembleModel)forecaster.Models[part ?? forecaster.Parts.Single()];

    /// <summary>The file a forecaster is saved to: all that it predicts with, to the bit.</summary>
    public static byte[] Bytes(PartsForecaster forecaster)
    {
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        ForecastFile.Save(forecaster, path);
        return File.ReadAllBytes(path);
    }

    /// <summary>A forecaster that was saved and loaded.</summary>
    public static T Loaded<T>(T forecaster)
        where T : PartsForecaster
    {
        using var files = new TestFiles();
        string path = Path.Combine(files.Folder, "a.unroll");
        ForecastFile.Save(forecaster, path);
        return (T)ForecastFile.Load(path);
    }

    /// <summary>The rows up to an origin, and after it H rows of which only the event is known.</summary>
    public static TimeSeries UpTo(TimeSeries table, int origin, int steps) =>
        MadeTables.Spoilt(table.Head(origin + 1 + steps), origin + 1, _ => double.NaN, "event");

    /// <summary>A forecast file whose body is changed and whose checksum fits again.</summary>
    public static string Altered(string path, TestFiles files, Func<string, string> change)
    {
        byte[] file = File.ReadAllBytes(path);
        string body = Encoding.UTF8.GetString(file.AsSpan(16..^32)), other = change(body);
        Assert.NotEqual(body, other);
        byte[] bytes = [.. file[..16], .. Encoding.UTF8.GetBytes(other)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), bytes.Length - 16);
        return files.Write("altered.unroll", [.. bytes, .. SHA256.HashData(bytes)]);
    }
}

using System.Security.Cryptography;
using System.Text;
using Unroll.Forecasting;

namespace Unroll.Open.Tests.Forecasting;

/// <summary>Rows to forecast, and what tests do with forecasts.</summary>
internal static class Rows
{
    private static readonly DateTime s_first = new(2015, 1, 5);

    /// <summary>A row a day: a walk, a wave, an event now and then, and whatever else.</summary>
    public static TimeSeries Daily(int rows, Func<DateTime, double>? also = null, int seed = 1)
    {
        double[] noise = Noise(2 * rows, seed), x = new double[rows], known = new double[rows], past = new double[rows];
        DateTime[] dates = [.. Enumerable.Range(0, rows).Select(row => s_first.AddDays(row))];
        double walk = 60;
        for (int row = 0; row < rows; row++)
        {
            walk += 0.1 * noise[row];
            known[row] = ((row * row * row) + (7 * row)) % 101 < 10 ? 1 : 0;
            past[row] = 1000 * Math.Exp(noise[rows + row]);
            x[row] = walk + (3 * Math.Sin(2 * Math.PI * row / 7)) + (4 * known[row]) + (also?.Invoke(dates[row]) ?? 0)
                + (0.3 * noise[rows + row]);
        }

        return new TimeSeries("rows.csv", dates, ("x", x), ("event", known), ("volume", past));
    }

    public static ForecastTask Task(TimeSeries rows, int horizon, ForecastInputs? inputs = null, int test = 40) =>
        new(rows, new TaskOptions
        {
            Targets = ["x"],
            Horizon = horizon,
            TestRows = test,
            Window = 14,
            Inputs = inputs ?? ForecastInputs.TargetOnly
        });

    /// <summary>Networks that are trained in no time.</summary>
    public static NetworkRecipe Small(CellKind cell = CellKind.Gru) => new()
    {
        Cell = cell,
        Units = 4,
        Threads = 1,
        Training = new TrainingOptions { Epochs = 2, BatchSize = 32, Optimizer = new Adam { LearningRate = 0.01 } },
    };

    /// <summary>All values and interval ends, to the bit.</summary>
    public static double[] Numbers(Forecast forecast) =>
    [
        .. forecast.Parts.SelectMany(part => Enumerable.Range(0, part.Origins).SelectMany(origin => part.Rows(origin)))
            .SelectMany(row => new[] { row.Value, row.Within80?.Lower ?? 0, row.Within80?.Upper ?? 0, row.Within95?.Lower ?? 0,
                row.Within95?.Upper ?? 0 }),
    ];

    public static double[] Numbers(PartsForecaster forecaster, ForecastTask task) =>
        [.. Numbers(forecaster.Predict(task)), .. Numbers(forecaster.Predict(task.Data, task.Horizon))];

    /// <summary>A forecaster that was saved and loaded again.</summary>
    public static PartsForecaster Reloaded(PartsForecaster forecaster, Func<byte[], byte[]>? edited = null)
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Path.GetRandomFileName()}.unroll");
        try
        {
            ForecastFile.Save(forecaster, path);
            if (edited is not null)
                File.WriteAllBytes(path, edited(File.ReadAllBytes(path)));
            return ForecastFile.Load(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>A file in which a name stands in the place of another of the same length.</summary>
    public static byte[] Renamed(byte[] file, string name, string other)
    {
        byte[] from = Encoding.UTF8.GetBytes($"\"{name}\""), to = Encoding.UTF8.GetBytes($"\"{other}\"");
        Span<byte> body = file.AsSpan(..^SHA256.HashSizeInBytes);
        for (int at = body.IndexOf(from); at >= 0; at = body.IndexOf(from))
            to.CopyTo(body[at..]);
        SHA256.HashData(body, file.AsSpan(^SHA256.HashSizeInBytes..));
        return file;
    }

    /// <summary>Numbers of mean 0 and deviation 1.</summary>
    public static double[] Noise(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count)
            .Select(_ => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()))];
    }
}

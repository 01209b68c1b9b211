using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Benchmarks;

/// <summary>A public benchmark of many series: the last H rows of every series are judged.</summary>
/// <param name="Name">The file without its extension.</param>
/// <param name="Horizon">H.</param>
/// <param name="Season">m, the rows of one season.</param>
/// <param name="Data">Date, series and value; with the inner rows judged H rows shorter than the file.</param>
/// <param name="Long">The series that have at least 100 rows in the file, where there are shorter ones too; null where not.</param>
internal sealed record AccuracyFile(string Name, int Horizon, int Season, SeriesSet Data, IReadOnlySet<string>? Long)
{
    private const string Value = "value", Series = "series";
    private const int LongRows = 100;

    /// <summary>The files that are looked for, with H; a season of all is 12 rows.</summary>
    public static readonly (string Name, int Horizon)[] Known =
        [("cif12", 12), ("cif6", 6), ("m3m-80", 18), ("tourism-40", 24)];

    /// <summary>Reads one of <see cref="Known"/>.</summary>
    /// <param name="folder">Where it is.</param>
    /// <param name="name">The file without its extension.</param>
    /// <param name="horizon">H.</param>
    /// <param name="inner">Cuts the last H rows off every series.</param>
    public static AccuracyFile Read(string folder, string name, int horizon, bool inner)
    {
        SeriesSet whole = SeriesSet.Read(Path.Combine(folder, name + ".csv"), Series);
        HashSet<string> longest = [.. whole.Keys.Where(key => whole[key].Rows >= LongRows)];
        SeriesSet data = inner
            ? new SeriesSet(whole.Name, [.. whole.Keys.Select(key => (key, whole[key].Head(whole[key].Rows - horizon)))])
            : whole;
        return new AccuracyFile(name, horizon, 12, data, longest.Count > 0 && longest.Count < whole.Count ? longest : null);
    }

    /// <summary>All values of a series.</summary>
    public double[] Values(string key) => Data[key][Value].ToArray();

    /// <summary>The values before the judged rows.</summary>
    public double[] Training(string key) => Values(key)[..^Horizon];

    /// <summary>The judged values.</summary>
    public double[] Test(string key) => Values(key)[^Horizon..];

    /// <summary>What <c>unroll forecast FILE --series series --target value --horizon H --test H</c> asks for.</summary>
    public ForecastTask Task() => new(Data, new TaskOptions { Targets = [Value], Horizon = Horizon, TestRows = Horizon });

    /// <summary>Forecasts of a competition's participants: files of one row a series, with H columns behind its name.</summary>
    public IEnumerable<JudgedForecasts> Participants(string folder)
    {
        if (!Directory.Exists(folder))
            yield break;
        foreach (string path in Directory.EnumerateFiles(folder, "*.csv").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            yield return new JudgedForecasts(
                $"participant {name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..]}",
                File.ReadLines(path).Skip(1).Select(line => line.Split(',')).ToDictionary(cells => cells[0].Trim('"'), Numbers));
        }
    }

    private double[] Numbers(string[] cells) =>
        Array.ConvertAll(cells[1..(Horizon + 1)], cell => double.Parse(cell, CultureInfo.InvariantCulture));

    /// <summary>The last value, and that of the season before.</summary>
    public IEnumerable<JudgedForecasts> Naive()
    {
        yield return new JudgedForecasts(
            "naive", Data.Keys.ToDictionary(key => key, key => Enumerable.Repeat(Training(key)[^1], Horizon).ToArray()));
        yield return new JudgedForecasts("seasonal naive", Data.Keys.ToDictionary(key => key, key =>
        {
            double[] last = Training(key)[^Season..];
            return Enumerable.Range(0, Horizon).Select(step => last[step % Season]).ToArray();
        }));
    }
}

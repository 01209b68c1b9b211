using System.Globalization;
using System.Text;
using Unroll.Forecasting;
using Unroll.Formats;
using Unroll.Reports;

namespace Unroll.Cli;

/// <summary>The folder that a verb writes its report to. All files of a report appear together, after all of them could be written.</summary>
internal sealed class ReportFolder
{
    private readonly bool _isNew;

    /// <exception cref="UnrollException">There can be no such folder, or it may not be written to.</exception>
    public ReportFolder(string path)
    {
        if (path.Trim().Length == 0)
            throw new UnrollException("The name of the --out folder is empty. Choose a folder, for example forecast-report.");
        if (File.Exists(path))
            throw new UnrollException($"{path} is a file, so the report cannot be written there. Choose a folder with --out.");
        Path = path;
        try
        {
            _isNew = !Directory.Exists(path);
            Directory.CreateDirectory(path);
            string probe = System.IO.Path.Combine(path, StagingName);
            File.WriteAllBytes(probe, []);
            File.Delete(probe);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new UnrollException($"The folder {path} cannot be written to: {failure.Message.TrimEnd('.')}. Choose another with --out.", failure);
        }
    }

    public string Path { get; }

    private static string StagingName => string.Create(CultureInfo.InvariantCulture, $".unroll.{Environment.ProcessId}.tmp");

    public static string ModelName(INetworkForecaster network) => network.Recipe.Key + ".unroll";

    /// <summary>Writes report, charts, predictions, metrics and networks. Where one cannot be written, none is.</summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public void Write(ForecastPlan plan, ForecastReport report, string metrics)
    {
        var texts = new Dictionary<string, string>
        {
            ["report.html"] = HtmlReport.Render(report),
            ["predictions.csv"] = Predictions(plan),
            ["metrics.json"] = metrics,
        };
        foreach (Chart chart in Charts.All(report))
            texts[chart.Name + ".svg"] = chart.Svg;

        Write(texts, plan.Networks);
    }

    /// <summary>Writes texts under their names, and networks. Where one cannot be written, none is.</summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public void Write(IReadOnlyDictionary<string, string> texts, params IReadOnlyList<INetworkForecaster> networks) =>
        Write(texts, networks.ToDictionary<INetworkForecaster, string, Action<string>>(ModelName, network => network.Save));

    /// <summary>Writes texts and models under their names, which may hold a folder. Where one cannot be written, none is.</summary>
    /// <exception cref="UnrollException">A file cannot be written.</exception>
    public void Write(IReadOnlyDictionary<string, string> texts, IReadOnlyDictionary<string, Action<string>> models)
    {
        string staging = System.IO.Path.Combine(Path, StagingName);
        try
        {
            foreach ((string name, string text) in texts)
                AtomicFile.WriteText(System.IO.Path.Combine(staging, name), text);
            foreach ((string name, Action<string> save) in models)
                save(System.IO.Path.Combine(staging, name));
            foreach (string file in Directory.GetFiles(staging, "*", SearchOption.AllDirectories))
            {
                string path = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(staging, file));
                Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
                File.Move(file, path, overwrite: true);
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UnrollException($"The report cannot be written to {Path}: {failure.Message.TrimEnd('.')}. Choose another folder with --out.", failure);
        }
        finally
        {
            if (Directory.Exists(staging))
                Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Keeps a network of a run that did not end, beside the files of a run that did; returns where.</summary>
    /// <exception cref="UnrollException">The file cannot be written.</exception>
    public string Keep(INetworkForecaster network)
    {
        string path = System.IO.Path.Combine(Path, network.Recipe.Key + ".partial.unroll");
        network.Save(path);
        return path;
    }

    /// <summary>Leaves no empty folder behind.</summary>
    public void Abandon()
    {
        if (_isNew && !Directory.EnumerateFileSystemEntries(Path).Any())
            Directory.Delete(Path);
    }

    /// <summary>A line a test row: its date, what came, the naive forecast, the networks and the ends of their intervals.</summary>
    public static string Predictions(ForecastPlan plan)
    {
        (ForecastSplit split, Comparison comparison) = (plan.Split, plan.Comparison);
        var csv = new StringBuilder("date,actual,naive").AppendJoin("", plan.Networks.Select(network => "," + network.Recipe.Key));
        (string Key, IntervalScore Score)[] intervals =
        [
            .. plan.Networks.Zip(comparison.Scores).SelectMany(pair => pair.Second.Intervals.Where(score => score.Step == 1).Select(score => (pair.First.Recipe.Key, score))),
        ];
        foreach ((string key, IntervalScore score) in intervals)
            csv.Append(CultureInfo.InvariantCulture, $",{key}_lower_{100 * score.Level:0},{key}_upper_{100 * score.Level:0}");
        csv.Append('\n');
        for (int row = 0; row < split.Test.Count; row++)
        {
            IEnumerable<double> values = comparison.Scores.Select(score => score.Predictions[row]);
            csv.Append(plan.Series.Day(split.Test.Dates[row]));
            foreach (double value in values.Prepend(comparison.Naive.Predictions[row]).Prepend(split.Test[row]))
                csv.Append(',').Append(value.ToString("R", CultureInfo.InvariantCulture));
            foreach ((_, IntervalScore score) in intervals)
                csv.Append(CultureInfo.InvariantCulture, $",{score.Intervals[row].Lower:R},{score.Intervals[row].Upper:R}");
            csv.Append('\n');
        }

        return csv.ToString();
    }
}

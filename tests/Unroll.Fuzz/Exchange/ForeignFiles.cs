using System.Runtime.CompilerServices;
using Unroll.Exchange;
using Unroll.Exchange.Tests.OnnxFiles;
using Unroll.Forecasting;

namespace Unroll.Fuzz;

/// <summary>Files that are no models of ours: what other programs wrote, graphs as they write them, and whole forecasts.</summary>
internal static class ForeignFiles
{
    /// <summary>A file of others counts as small up to here.</summary>
    private const int MostBytes = 600_000;

    private const int Rows = 90;

    /// <summary>Graphs of others in both readers, and files that the tests have.</summary>
    public static IEnumerable<ExchangeFile> Make() =>
    [
        .. ForeignGraphs.All.SelectMany(graph => Graph(graph.Key, ForeignGraphs.Bytes(graph.Value.Inputs, graph.Value.Write))),
        .. Forecasters().Select(forecaster => Forecast(forecaster)),
        .. Files(Beside("Files")), .. Files(Beside("Keras", "files")),
    ];

    /// <summary>The small files of a folder and of those in it.</summary>
    public static IEnumerable<ExchangeFile> Of(string folder) => Files(folder).Where(file => file.File.Length <= MostBytes);

    private static IEnumerable<ExchangeFile> Graph(string name, byte[] file) =>
    [
        new($".onnx as layers, {name}", file, edited => Onnx.Load(new MemoryStream(edited), new OnnxLoadOptions { Steps = 8 })),
        new($".onnx that is run, {name}", file, edited => OnnxModel.Load(new MemoryStream(edited))),
    ];

    /// <summary>A whole forecast is run; as layers it is refused.</summary>
    private static ExchangeFile Forecast(PartsForecaster forecaster)
    {
        using var stream = new MemoryStream();
        Onnx.Save(forecaster, stream);
        return new ExchangeFile($".onnx whole forecast, {forecaster.Name}", stream.ToArray(), edited => Inspect(edited, ".onnx"));
    }

    private static IEnumerable<PartsForecaster> Forecasters()
    {
        double[] values = [.. Enumerable.Range(0, Rows)
            .Select(row => 100 + row + (20 * Math.Sin(Math.PI * row / 6)) + (7 * Math.Sin(row * row)))];
        TimeSeries table = TimeSeries.From("rows", Enumerable.Range(0, Rows), row => new DateTime(2010, 1, 1).AddMonths(row),
            ("value", row => values[row]));
        ForecastTask task = new ForecastTask(
            table, new TaskOptions { Horizon = 2, Window = 13, TestRows = 12, Inputs = new ForecastInputs { Calendar = true } }).Whole();
        var recipe = EnsembleRecipe.Of(CellKind.Gru);
        recipe = recipe with
        {
            Members = 1,
            Network = recipe.Network with { Units = 4, Training = recipe.Network.Training with { Epochs = 1 } }
        };
        foreach (PartsForecaster forecaster in (PartsForecaster[])
            [new BlendForecaster([new EnsembleForecaster(recipe), new RidgeForecaster(), new EtsForecaster()]), new ArimaForecaster()])
        {
            forecaster.Fit(task);
            yield return forecaster;
        }
    }

    private static IEnumerable<ExchangeFile> Files(string folder) =>
        from path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
        let extension = ExchangeFormats.All.SelectMany(format => format.Extensions).OrderByDescending(each => each.Length)
            .FirstOrDefault(path.EndsWith)
        where extension is not null
        select new ExchangeFile($"{extension} of others, {Path.GetFileName(path)}", File.ReadAllBytes(path),
            edited => Inspect(edited, extension));

    /// <summary>All that the readers say of a file, by its name.</summary>
    private static void Inspect(byte[] file, string extension) =>
        ExchangeCorpus.FromDisk(file, extension, path => ExchangeFormats.Inspect(path));

    private static string Beside(params string[] parts) =>
        Path.Combine([Path.GetDirectoryName(Here())!, "..", "..", "Unroll.Exchange.Tests", .. parts]);

    private static string Here([CallerFilePath] string path = "") => path;
}

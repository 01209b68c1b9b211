using System.Globalization;

namespace Unroll.Benchmarks;

/// <summary>What to measure.</summary>
/// <param name="Folder">Where the files are.</param>
/// <param name="Inner">Cuts the last H rows off and judges on those before.</param>
/// <param name="Only">The files to take; null for all that are there.</param>
/// <param name="Dump">Where forecasts of validation and judged rows go; null for nowhere.</param>
/// <param name="Note">A line for the page; null for none.</param>
/// <param name="Command">The command line without the folder's path.</param>
internal sealed record AccuracyOptions(string Folder, bool Inner, IReadOnlyList<string>? Only, string? Dump, string? Note, string Command);

/// <summary>
/// The default, untouched, on public benchmarks of many series, beside methods of R, a competition's participants and naive forecasts.
/// </summary>
internal static class AccuracyBenchmark
{
    /// <exception cref="UnrollException">There is no file to measure on.</exception>
    public static void Run(AccuracyOptions options)
    {
        string names = string.Join(", ", AccuracyFile.Known.Select(known => known.Name));
        if (options.Only?.FirstOrDefault(name => !AccuracyFile.Known.Any(known => known.Name == name)) is { } unknown)
            throw new UnrollException($"There is no benchmark {unknown}. Choose from {names}.");
        var page = new AccuracyPage(new Page(options.Command), options);
        (string Name, int Horizon)[] there =
        [
            .. AccuracyFile.Known
                .Where(known => options.Only?.Contains(known.Name) ?? true)
                .Where(known => File.Exists(Path.Combine(options.Folder, known.Name + ".csv"))),
        ];
        if (there.Length == 0)
            throw new UnrollException($"{options.Folder} has no file of the benchmarks {names}.");
        foreach ((string name, int horizon) in there)
        {
            AccuracyFile file = AccuracyFile.Read(options.Folder, name, horizon, options.Inner);
            var ours = new DefaultForecasts(file);
            if (options.Dump is { } folder)
                ours.Dump(Path.Combine(Directory.CreateDirectory(folder).FullName, name + ".csv"));

            // The participants forecast the last H rows of the file.
            IEnumerable<JudgedForecasts> participants = options.Inner || !name.StartsWith("m3m", StringComparison.Ordinal)
                ? []
                : file.Participants(Path.Combine(options.Folder, "m3-participants"));
            JudgedForecasts[] all =
            [
                .. ours.Judged,
                .. RForecasts.Methods.Select(each => RForecasts.Of(file, each.Name, each.Method)).OfType<JudgedForecasts>(),
                .. participants,
                .. file.Naive(),
            ];
            page.Add(new AccuracyResult(file, all, ours.Notes));
        }

        string text = page.ToString();
        Results.Write(options.Inner ? "accuracy-inner.md" : "accuracy.md", text);
        Console.WriteLine(text);
    }
}

/// <summary>Errors of all forecasters on one file, each on the same series.</summary>
internal sealed class AccuracyResult
{
    /// <param name="file">What was forecast.</param>
    /// <param name="forecasts">All of it.</param>
    /// <param name="notes">Sentences on the forecasts.</param>
    public AccuracyResult(AccuracyFile file, IReadOnlyList<JudgedForecasts> forecasts, IReadOnlyList<string> notes)
    {
        (File, Forecasts, Notes) = (file, forecasts, notes);

        // What forecasts less than half of the series is not judged, lest a handful decide about all.
        JudgedForecasts[] judged = [.. forecasts.Where(each => 2 * Count(each) >= file.Data.Count)];
        Keys = [.. file.Data.Keys.Where(key => judged.All(each => each.Has(key, file.Horizon)))];
        if (Keys.Count == 0)
            throw new UnrollException($"No series of {file.Name} is forecast by all.");
        Errors = [.. judged.Select(each => SeriesErrors.Of(file, each, Keys)).OrderBy(each => each.MeanMase)];
        if (file.Long is { } longest && Keys.Where(longest.Contains).ToArray() is { Length: > 0 } own && own.Length < Keys.Count)
            LongErrors = [.. judged.Select(each => SeriesErrors.Of(file, each, own)).OrderBy(each => each.MeanMase)];
    }

    public AccuracyFile File { get; }

    public IReadOnlyList<JudgedForecasts> Forecasts { get; }

    public IReadOnlyList<string> Notes { get; }

    /// <summary>The series that all who are judged forecast.</summary>
    public IReadOnlyList<string> Keys { get; }

    /// <summary>The lowest mean MASE first.</summary>
    public IReadOnlyList<SeriesErrors> Errors { get; }

    /// <summary>The same on the long series alone; null where there are no others.</summary>
    public IReadOnlyList<SeriesErrors>? LongErrors { get; }

    /// <summary>How many series have all forecasts.</summary>
    public int Count(JudgedForecasts forecasts) => File.Data.Keys.Count(key => forecasts.Has(key, File.Horizon));

    /// <summary>What a heading calls it: cif12 (H 12).</summary>
    public string Heading => string.Create(CultureInfo.InvariantCulture, $"{File.Name} (H {File.Horizon})");
}

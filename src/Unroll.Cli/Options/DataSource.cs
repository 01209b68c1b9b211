using System.Buffers;
using System.CommandLine;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>Where the rows come from: files of the user's or a sample, and how they are read.</summary>
/// <param name="Paths">One file, or several of the same kind.</param>
/// <param name="Sample">The sample that the file is; null for the user's own.</param>
/// <param name="Given">The files as the user named them: a pattern stays one.</param>
internal sealed record DataSource(IReadOnlyList<string> Paths, Sample? Sample, IReadOnlyList<string> Given)
{
    private static readonly SearchValues<char> s_wildcards = SearchValues.Create("*?");

    /// <summary>What the user said of the file.</summary>
    public ReadOptions Options { get; init; } = new();

    /// <summary>Whether each column of numbers is a series of its own.</summary>
    public bool IsWide { get; init; }

    /// <summary>The options of reading as they were given, for command lines.</summary>
    public IReadOnlyList<string> OptionWords { get; init; } = [];

    /// <summary>What stands for it on a command line: <c>--sample aapl</c>, or the file and how it is read.</summary>
    public IReadOnlyList<string> CommandWords => [.. Sample is { } sample ? ["--sample", sample.Name] : Given, .. OptionWords];

    /// <summary>What stands for it behind <c>unroll predict MODEL</c>, which chooses the columns itself.</summary>
    public string PredictWords
    {
        get
        {
            IEnumerable<string> words =
                CommandWords.Where((word, place) => word != "--columns" && (place == 0 || CommandWords[place - 1] != "--columns"));
            return string.Join(' ', words.Select(ShellWord.Quote));
        }
    }

    public string Title => Sample?.Title
        ?? Path.GetFileNameWithoutExtension(Paths[0]) + (Paths.Count == 1 ? "" : $" and {Paths.Count - 1} more");

    /// <param name="seriesColumn">The column that names the series; null for that of the sample, or a file of one series.</param>
    /// <param name="statics">The static columns; null to find them.</param>
    /// <param name="columns">The other columns that are read; null for those that the options say.</param>
    /// <exception cref="UnrollException">The file cannot be read, or has no such column.</exception>
    public SeriesSet Read(string? seriesColumn = null, IReadOnlyList<string>? statics = null, IReadOnlyList<string>? columns = null)
    {
        ReadOptions options = Options with { Static = statics, Columns = IsWide ? Options.Columns : columns ?? Options.Columns };
        string? series = seriesColumn ?? Sample?.SeriesColumn;
        try
        {
            if (IsWide)
                return SeriesSet.FromColumns(
                    AsTable(Paths.Count > 1 ? SeriesSet.ReadFiles(Paths, null, options) : TimeSeries.Read(Paths[0], options)));
            if (Paths.Count > 1)
                return SeriesSet.ReadFiles(Paths, series, options);
            return series is { } column ? SeriesSet.Read(Paths[0], column, options) : SeriesSet.Of(TimeSeries.Read(Paths[0], options));
        }
        catch (UnrollException error) when (error.Subject == "series" && IsOneOfSeveral(series))
        {
            return SeriesSet.ReadFiles(Paths, series, options);
        }
        catch (SeveralSeriesException several)
        {
            throw new UnrollException($"{several.Message.TrimEnd('.')}, as in --series {ShellWord.Quote(several.SeriesColumn)}.", several);
        }
    }

    /// <summary>
    /// Whether the only file, which has no column of that name, is a series named as the file, as others were that a
    /// forecaster learnt from.
    /// </summary>
    private bool IsOneOfSeveral(string? series) => Paths is [not "-"] && "file".Equals(series, StringComparison.OrdinalIgnoreCase);

    private static TimeSeries AsTable(SeriesSet set) => set.IsTable
        ? set[set.Keys[0]]
        : throw new UnrollException("The files are a series each, so their columns are not. Leave --wide out, or give one file.");

    /// <summary>The file's name, and what it is where it is a sample.</summary>
    public string Heading(string file) => Sample is null ? file : $"{file} ({Sample.Title}, a sample)";

    public static Option<string?> SeriesOption() => new("--series")
    {
        Description = "For several series, a row for each date and series: the column that names them; of several files, file for one each",
        HelpName = "COLUMN",
    };

    /// <exception cref="UnrollException">Both a file and a sample, a sample that there is not, or neither where one is needed.</exception>
    public static DataSource From(IReadOnlyList<string> files, string? sample, bool isNeeded = false)
    {
        if (files.Count > 0 && sample is not null)
            throw new UnrollException($"There is a file, {files[0]}, and --sample {sample}. Give one of them.");
        if (files.Any(file => file.Trim().Length == 0))
            throw new UnrollException("The name of the file is empty. Give the path of a file.");
        if (files.Count > 0)
            return new DataSource([.. files.SelectMany(Expand).Distinct()], null, files);
        if (sample is null && isNeeded)
            throw new UnrollException($"No FILE was given. Give the path of a file, or --sample {Choice()}.");
        Sample found = sample is null
            ? Sample.All[0]
            : Sample.All.FirstOrDefault(candidate => candidate.Name.Equals(sample, StringComparison.OrdinalIgnoreCase))
                ?? throw new UnrollException($"There is no sample {sample}. Choose {Choice()}.");
        return new DataSource([found.Path], found, []);
    }

    /// <summary>The files that a pattern such as <c>data/*.csv</c> means, by name; a path without wildcards as it is.</summary>
    private static IReadOnlyList<string> Expand(string path)
    {
        string name = Path.GetFileName(path);
        if (name.AsSpan().IndexOfAny(s_wildcards) < 0 || File.Exists(path))
            return [path];
        string folder = Path.GetDirectoryName(path) is { Length: > 0 } given ? given : ".";
        if (!Directory.Exists(folder))
            throw new UnrollException(
                $"There is no folder {folder}. Check the path; relative ones start at {Environment.CurrentDirectory}.");
        string[] found = [.. Directory.EnumerateFiles(folder, name).Order(StringComparer.Ordinal)];
        return found.Length > 0 ? found : throw new UnrollException($"No file in {folder} is named as {name}. Check the pattern.");
    }

    private static string Choice() => $"{string.Join(", ", Sample.All.SkipLast(1).Select(sample => sample.Name))} or {Sample.All[^1].Name}";
}

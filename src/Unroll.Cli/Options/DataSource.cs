using System.CommandLine;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>A sample that ships with the tool.</summary>
/// <param name="Name">What --sample calls it.</param>
/// <param name="Title">What it holds.</param>
/// <param name="Years">The years that it has rows of.</param>
/// <param name="Target">The column that is forecast where the user names none.</param>
/// <param name="Train">For prices five years before the last full year of the file, or as many as there are; else all years before
/// it.</param>
/// <param name="Test">The last full year of the file.</param>
/// <param name="SeriesColumn">The column that names the series, where the file holds several.</param>
internal sealed record Sample(
    string Name, string Title, string Years, string Target, DateRange Train, DateRange Test, string? SeriesColumn = null)
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        new("sp500", "S&P 500", "2000-2020", "high", "2014..2018", "2019"),
        new("aapl", "Apple", "2013-2018", "High", "..2016", "2017"),
        new("births", "US births", "1969-1988", "births", "..1987", "1988"),
        new("ridership", "Chicago, Clark/Lake", "2001-2016", "ridership", "..2014", "2015"),
        new("stations", "20 stations of Chicago", "2012-2016", "ridership", "..2014", "2015", "station"),
    ];

    public string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "samples", Name + ".csv");
}

/// <summary>Where the rows come from: a file of the user's or a sample.</summary>
internal sealed record DataSource(string Path, Sample? Sample)
{
    /// <summary>What stands for it on a command line: <c>--sample aapl</c>, or the file.</summary>
    public string Words => Sample is { } sample ? $"--sample {sample.Name}" : Terminal.Quoted(Path);

    public string Title => Sample?.Title ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <param name="seriesColumn">The column that names the series; null for that of the sample, or a file of one series.</param>
    /// <param name="statics">The static columns; null to find them.</param>
    /// <param name="columns">The other columns that are read; null for all.</param>
    /// <exception cref="UnrollException">The file cannot be read, or has no such column.</exception>
    public SeriesSet Read(string? seriesColumn = null, IReadOnlyList<string>? statics = null, IReadOnlyList<string>? columns = null)
    {
        var options = new CsvReadOptions { Static = statics, Columns = columns };
        try
        {
            return (seriesColumn ?? Sample?.SeriesColumn) is { } column
                ? SeriesSet.ReadCsv(Path, column, options)
                : SeriesSet.Of(TimeSeries.ReadCsv(Path, options));
        }
        catch (SeveralSeriesException several)
        {
            throw new UnrollException($"{several.Message.TrimEnd('.')}, as in --series {Terminal.Quoted(several.SeriesColumn)}.", several);
        }
    }

    /// <summary>The file's name, and what it is where it is a sample.</summary>
    public string Heading(string file) => Sample is null ? file : $"{file} ({Sample.Title}, a sample)";

    public static Argument<string?> FileArgument(string description) => new("FILE")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> SampleOption() => new("--sample")
    {
        Description = $"Use a sample that ships with the tool: "
            + $"{string.Join(", ", Sample.All.Select(sample => $"{sample.Name} ({sample.Title} {sample.Years})"))}",
        HelpName = "NAME",
    };

    public static Option<string?> SeriesOption() => new("--series")
    {
        Description = "For a file of several series, one row for each date and series: the column that names the series",
        HelpName = "COLUMN",
    };

    /// <exception cref="UnrollException">Both a file and a sample, a sample that there is not, or neither where one is needed.</exception>
    public static DataSource From(string? file, string? sample, bool isNeeded = false)
    {
        if (file is not null && sample is not null)
            throw new UnrollException($"There is a file, {file}, and --sample {sample}. Give one of them.");
        if (file is not null)
            return file.Trim().Length > 0 ? new DataSource(file, null) : throw new UnrollException(
                "The name of the file is empty. Give the path of a CSV file.");
        if (sample is null && isNeeded)
            throw new UnrollException($"No FILE was given. Give the path of a CSV file, or --sample {Choice()}.");
        Sample found = sample is null
            ? Sample.All[0]
            : Sample.All.FirstOrDefault(candidate => candidate.Name.Equals(sample, StringComparison.OrdinalIgnoreCase))
                ?? throw new UnrollException($"There is no sample {sample}. Choose {Choice()}.");
        return new DataSource(found.Path, found);
    }

    private static string Choice() => $"{string.Join(", ", Sample.All.SkipLast(1).Select(sample => sample.Name))} or {Sample.All[^1].Name}";
}

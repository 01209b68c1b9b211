using System.CommandLine;
using System.Globalization;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>A sample that ships with the tool.</summary>
/// <param name="Name">What --sample calls it.</param>
/// <param name="Title">What it holds.</param>
/// <param name="Years">The years that it has rows of.</param>
/// <param name="Target">The column that is forecast where the user names none.</param>
/// <param name="Train">For prices five years before the last full year of the file, or as many as there are; else all years before it.</param>
/// <param name="Test">The last full year of the file.</param>
/// <param name="SeriesColumn">The column that names the series, where the file holds several.</param>
internal sealed record Sample(string Name, string Title, string Years, string Target, DateRange Train, DateRange Test, string? SeriesColumn = null)
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        new("sp500", "S&P 500", "2000-2020", "high", "2014..2018", "2019"),
        new("aapl", "Apple", "2013-2018", "High", "..2016", "2017"),
        new("births", "US births", "1969-1988", "births", "..1987", "1988"),
        new("ridership", "Chicago, Clark/Lake", "2001-2016", "ridership", "..2014", "2015"),
        new("stations", "20 stations of Chicago", "2012-2016", "ridership", "..2014", "2015", "station"),
    ];

    /// <summary>Those that hold one series.</summary>
    public static IReadOnlyList<Sample> Single { get; } = [.. All.Where(sample => sample.SeriesColumn is null)];

    public string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "samples", Name + ".csv");
}

/// <summary>Where the rows come from: a file of the user's or a sample.</summary>
internal sealed record DataSource(string Path, Sample? Sample)
{
    /// <summary>What stands for it on a command line: <c>--sample aapl</c>, or the file.</summary>
    public string Words => Sample is { } sample ? $"--sample {sample.Name}" : Terminal.Quoted(Path);

    public string Title => Sample?.Title ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <exception cref="UnrollException">The file cannot be read, or the sample holds several series.</exception>
    public TimeSeries Read() => Sample?.SeriesColumn is { } column
        ? throw new UnrollException($"The sample {Sample.Name} holds several series, one for each {column}. Choose {Choice(Sample.Single)}, or look at it with unroll describe --sample {Sample.Name}.")
        : TimeSeries.ReadCsv(Path);

    /// <param name="seriesColumn">The column that names the series.</param>
    /// <param name="statics">The static columns; null to find them.</param>
    /// <exception cref="UnrollException">The file cannot be read, or has no such column.</exception>
    public Panel ReadPanel(string seriesColumn, IReadOnlyList<string>? statics = null) => Panel.ReadCsv(Path, seriesColumn, new CsvReadOptions { Static = statics });

    /// <summary>The file's name, and what it is where it is a sample.</summary>
    public string Heading(string file) => Sample is null ? file : $"{file} ({Sample.Title}, a sample)";

    public static Argument<string?> FileArgument(string description) => new("FILE")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <param name="samples">Those that the verb takes.</param>
    public static Option<string?> SampleOption(IReadOnlyList<Sample> samples) => new("--sample")
    {
        Description = $"Use a sample that ships with the tool: {string.Join(", ", samples.Select(sample => $"{sample.Name} ({sample.Title} {sample.Years})"))}",
        HelpName = "NAME",
    };

    /// <exception cref="UnrollException">Both a file and a sample, a sample that there is not, or neither where one is needed.</exception>
    public static DataSource From(string? file, string? sample, IReadOnlyList<Sample> samples, bool isNeeded = false)
    {
        if (file is not null && sample is not null)
            throw new UnrollException($"There is a file, {file}, and --sample {sample}. Give one of them.");
        if (file is not null)
            return file.Trim().Length > 0 ? new DataSource(file, null) : throw new UnrollException("The name of the file is empty. Give the path of a CSV file.");
        if (sample is null && isNeeded)
            throw new UnrollException($"No FILE was given. Give the path of a CSV file, or --sample {Choice(samples)}.");
        Sample found = sample is null
            ? samples[0]
            : Sample.All.FirstOrDefault(candidate => candidate.Name.Equals(sample, StringComparison.OrdinalIgnoreCase))
                ?? throw new UnrollException($"There is no sample {sample}. Choose {Choice(samples)}.");
        return new DataSource(found.Path, found);
    }

    private static string Choice(IReadOnlyList<Sample> samples) => $"{string.Join(", ", samples.SkipLast(1).Select(sample => sample.Name))} or {samples[^1].Name}";
}

internal static class DateText
{
    /// <summary>A date as the table writes it: with the time only where some row has one.</summary>
    public static string Day(this TimeSeries series, DateTime date) =>
        date.ToString(series.Dates.Any(day => day.TimeOfDay != TimeSpan.Zero) ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

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
internal sealed record Sample(string Name, string Title, string Years, string Target, DateRange Train, DateRange Test)
{
    public static IReadOnlyList<Sample> All { get; } =
    [
        new("sp500", "S&P 500", "2000-2020", "high", "2014..2018", "2019"),
        new("aapl", "Apple", "2013-2018", "High", "..2016", "2017"),
        new("births", "US births", "1969-1988", "births", "..1987", "1988"),
        new("ridership", "Chicago, Clark/Lake", "2001-2016", "ridership", "..2014", "2015"),
    ];

    public string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "samples", Name + ".csv");
}

/// <summary>Where the rows come from: a file of the user's or a sample.</summary>
internal sealed record DataSource(string Path, Sample? Sample)
{
    private static readonly string[] s_names = [.. Sample.All.Select(sample => sample.Name)];
    private static readonly string s_choice = $"{string.Join(", ", s_names[..^1])} or {s_names[^1]}";

    public string Title => Sample?.Title ?? System.IO.Path.GetFileNameWithoutExtension(Path);

    public TimeSeries Read() => TimeSeries.ReadCsv(Path);

    public static Argument<string?> FileArgument(string description) => new("FILE")
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Option<string?> SampleOption() => new("--sample")
    {
        Description = $"Use a sample that ships with the tool: {string.Join(", ", Sample.All.Select(sample => $"{sample.Name} ({sample.Title} {sample.Years})"))}",
        HelpName = "NAME",
    };

    /// <exception cref="UnrollException">Both a file and a sample, a sample that there is not, or neither where one is needed.</exception>
    public static DataSource From(string? file, string? sample, bool isNeeded = false)
    {
        if (file is not null && sample is not null)
            throw new UnrollException($"There is a file, {file}, and --sample {sample}. Give one of them.");
        if (file is not null)
            return file.Trim().Length > 0 ? new DataSource(file, null) : throw new UnrollException("The name of the file is empty. Give the path of a CSV file.");
        if (sample is null && isNeeded)
            throw new UnrollException($"No FILE was given. Give the path of a CSV file, or --sample {s_choice}.");
        Sample found = Sample.All.FirstOrDefault(candidate => candidate.Name.Equals(sample ?? s_names[0], StringComparison.OrdinalIgnoreCase))
            ?? throw new UnrollException($"There is no sample {sample}. Choose {s_choice}.");
        return new DataSource(found.Path, found);
    }
}

internal static class DateText
{
    /// <summary>A date as the table writes it: with the time only where some row has one.</summary>
    public static string Day(this TimeSeries series, DateTime date) =>
        date.ToString(series.Dates.Any(day => day.TimeOfDay != TimeSpan.Zero) ? "yyyy-MM-dd HH:mm:ss" : "yyyy-MM-dd", CultureInfo.InvariantCulture);
}

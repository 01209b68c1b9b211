using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unroll.Forecasting;
using Unroll.Server;

namespace Unroll.Cli;

/// <summary>What every verb is asked for that fits forecasters and writes a report.</summary>
/// <param name="Data">Where the rows come from.</param>
/// <param name="Targets">The columns to forecast as the user named them; empty for the sample's own, or the only column.</param>
/// <param name="Train">The rows to learn from; null to choose them.</param>
/// <param name="Test">The rows to judge on; null to choose them.</param>
/// <param name="Missing">What to do with missing values of the target.</param>
/// <param name="Seed">Of all that is drawn at random.</param>
/// <param name="Folder">Where the report goes.</param>
/// <param name="Json">Whether standard output holds the figures alone.</param>
internal record CommonRequest(
    DataSource Data,
    IReadOnlyList<string> Targets,
    DateRange? Train,
    TestRows? Test,
    MissingPolicy Missing,
    int Seed,
    string Folder,
    bool Json)
{
    /// <summary>The column that names the series of the file; null for a file of one series.</summary>
    public string? SeriesColumn { get; init; }

    /// <summary>The columns that are the same on all rows of a series; null to find them.</summary>
    public IReadOnlyList<string>? Statics { get; init; }

    /// <summary>The newest rows of a series that are looked at where no range is given; null to choose them.</summary>
    public int? Rows { get; init; }

    /// <summary>Where neither range nor rows are given the sample's own, null without a sample.</summary>
    public Sample? RangesOf => Train is null && Test is null && Rows is null ? Data.Sample : null;

    /// <exception cref="UnrollException">The file cannot be read, or has no such column.</exception>
    public SeriesSet ReadData() => Data.Read(SeriesColumn, Statics);
}

/// <summary>The options of every verb that fits forecasters and writes a report. Their names are a contract.</summary>
/// <param name="folder">Where the report goes by default.</param>
/// <param name="figures">The file that --json prints.</param>
/// <param name="seed">What --seed says of itself.</param>
internal sealed class CommonOptions(string folder, string figures, string seed)
{
    private readonly ReadingOptions _reading = new(ReadingOptions.AnyTable);
    private readonly Option<string?> _series = DataSource.SeriesOption();
    private readonly Option<string[]> _static = Options.Names("--static", "With --series: a column that is the same on all rows of a "
        + "series, numbers or text; it tells networks what series have in common [default: "
        + "the columns of numbers that never change within a series]");
    private readonly Option<string[]> _target = Options.Names("--target",
        "A column to forecast, letter case does not count [default: the only column of numbers; a sample has its own]");
    private readonly Option<DateRange?> _train = Options.Range("--train",
        "The rows to learn from, as 2016..2020, ..2019-06 or 2016-01-04..2020-12-31 [default: chosen from the data, and said]");
    private readonly Option<TestRows?> _test = Options.Test("--test",
        "The rows to judge on, as 2021.., or as last:12 for the newest 12 rows of every series [default: chosen from the data, and said]");
    private readonly Option<int?> _rows = Options.WholeOrAll("--rows", 2,
        "In place of both: look at the newest N rows of every series, or at all [default: 5000, of many series fewer]");
    private readonly Option<string> _missing = MissingOption.Create();
    private readonly Option<int> _seed = Options.Whole("--seed", 455, int.MinValue, int.MaxValue, seed);
    private readonly Option<string> _out = new("--out")
    {
        Description = "The folder for the report",
        HelpName = "DIR",
        DefaultValueFactory = _ => folder,
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = $"Print {figures} on standard output, and all else on standard error"
    };

    /// <param name="command">The verb.</param>
    /// <param name="own">Its own options.</param>
    /// <param name="without">The names of options that it does not have; they are read as not given.</param>
    public void AddTo(Command command, IEnumerable<Option> own, params string[] without)
    {
        _reading.AddTo(command);
        Option[] options = [_series, _static, _target, _train, _test, _rows, .. own, _missing, _seed, _out, _json];
        foreach (Option option in options.Where(option => !without.Contains(option.Name)))
            command.Add(option);
    }

    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public CommonRequest Read(ParseResult result)
    {
        DataSource data = _reading.Read(result);
        string? series = result.GetValue(_series) ?? data.Sample?.SeriesColumn;
        string[] statics = result.GetValue(_static) ?? [];
        if (series is null && statics.Length > 0)
            throw new UnrollException(
                "--static is for a file of several series. Name the column that tells them apart with --series, or leave it out.");
        int? rows = result.GetValue(_rows);
        if (rows is not null && (result.GetValue(_train) is not null || result.GetValue(_test) is not null))
            throw new UnrollException("--rows says how far back to look where neither --train nor --test does. Leave it out, or them.");
        return new CommonRequest(
            data,
            result.GetValue(_target) ?? [],
            result.GetValue(_train),
            result.GetValue(_test),
            MissingOption.Policy(result.GetRequiredValue(_missing)),
            result.GetValue(_seed),
            result.GetRequiredValue(_out),
            result.GetValue(_json))
        {
            SeriesColumn = series,
            Rows = rows,
            Statics = statics.Length > 0 ? ColumnNames.Split("--static", statics, []) : null,
        };
    }
}

using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What every verb is asked for that trains networks and writes a report.</summary>
/// <param name="Data">Where the rows come from.</param>
/// <param name="Target">The column asked for, or the default; several with commas between.</param>
/// <param name="TargetIsGiven">Whether the user named the target.</param>
/// <param name="Train">The rows to learn from; null to choose them.</param>
/// <param name="Test">The rows to judge on; null to choose them.</param>
/// <param name="Missing">What to do with missing values of the target.</param>
/// <param name="Seed">Of all that is drawn at random.</param>
/// <param name="Folder">Where the report goes.</param>
/// <param name="Json">Whether standard output holds the figures alone.</param>
internal record CommonRequest(
    DataSource Data, string Target, bool TargetIsGiven, DateRange? Train, DateRange? Test, MissingPolicy Missing, int Seed, string Folder, bool Json);

/// <summary>The options of every verb that trains networks and writes a report. Their names are a contract.</summary>
/// <param name="folder">Where the report goes by default.</param>
/// <param name="figures">The file that --json prints.</param>
/// <param name="seed">What --seed says of itself.</param>
/// <param name="samples">Those that the verb takes; those of one series where not given.</param>
internal sealed class CommonOptions(string folder, string figures, string seed, IReadOnlyList<Sample>? samples = null)
{
    private readonly Argument<string?> _file = DataSource.FileArgument("A CSV file with a date column and columns of numbers [default: the sample sp500]");
    private readonly Option<string?> _sample = DataSource.SampleOption(samples ?? Sample.Single);
    private readonly Option<string[]> _target = new("--target")
    {
        Description = "The column to forecast, letter case does not count; a sample has its own default. Several with commas between, as High,Low, are forecast together by unroll forecast",
        HelpName = "COLUMN",
        DefaultValueFactory = _ => ["High"],
    };

    private readonly Option<DateRange?> _train = Options.Range("--train", "The rows to learn from, as 2016..2020, ..2019-06 or 2016-01-04..2020-12-31 [default: chosen from the data, and said]");
    private readonly Option<DateRange?> _test = Options.Range("--test", "The rows to judge on, as 2021.. [default: chosen from the data, and said]");
    private readonly Option<string> _missing = TargetColumn.MissingOption();
    private readonly Option<int> _seed = Options.Whole("--seed", 455, int.MinValue, int.MaxValue, seed);
    private readonly Option<string> _out = new("--out") { Description = "The folder for the report", HelpName = "DIR", DefaultValueFactory = _ => folder };
    private readonly Option<bool> _json = new("--json") { Description = $"Print {figures} on standard output, and all else on standard error" };

    /// <param name="command">The verb.</param>
    /// <param name="own">Its own options.</param>
    /// <param name="without">The name of an option that it does not have; it is read as not given.</param>
    public void AddTo(Command command, IEnumerable<Option> own, string? without = null)
    {
        command.Add(_file);
        Option[] options = [_sample, _target, _train, _test, .. own, _missing, _seed, _out, _json];
        foreach (Option option in options.Where(option => option.Name != without))
            command.Add(option);
    }

    public CommonRequest Read(ParseResult result)
    {
        var data = DataSource.From(result.GetValue(_file), result.GetValue(_sample), Sample.Single);
        bool targetIsGiven = result.GetResult(_target) is { Implicit: false };
        return new CommonRequest(
            data,
            !targetIsGiven && data.Sample is { } sample ? sample.Target : string.Join(TargetColumn.Between, result.GetRequiredValue(_target)),
            targetIsGiven,
            result.GetValue(_train),
            result.GetValue(_test),
            TargetColumn.Policy(result.GetRequiredValue(_missing)),
            result.GetValue(_seed),
            result.GetRequiredValue(_out),
            result.GetValue(_json));
    }
}

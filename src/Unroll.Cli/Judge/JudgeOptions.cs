using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>The options of <c>unroll judge</c>. Their names are a contract.</summary>
internal sealed class JudgeOptions
{
    private static readonly Dictionary<string, TargetTransform> s_gives = new()
    {
        ["value"] = TargetTransform.None,
        ["difference"] = TargetTransform.Difference,
        ["return"] = TargetTransform.Relative,
        ["log-return"] = TargetTransform.LogReturn,
    };

    private static readonly Dictionary<string, PretrainedOutputs> s_outputs = new()
    {
        ["rows"] = PretrainedOutputs.Rows,
        ["columns"] = PretrainedOutputs.Columns,
        ["steps"] = PretrainedOutputs.EachStep,
    };

    /// <summary>What is judged is fixed: nothing is drawn at random, and series share nothing.</summary>
    private static readonly string[] s_notHere = ["--seed", "--static"];

    private readonly Argument<string> _model = new("MODEL")
    {
        Description = $"The network: {FormatWords.Extensions(format => true)}",
    };

    private readonly CommonOptions _common = new("judge-report", "metrics.json", "");
    private readonly Option<string[]> _inputs = Options.Names("--inputs",
        "The columns of a window in the order in which the network was trained on them [default: the target alone]");
    private readonly Option<int?> _horizon = Options.OptionalWhole("--horizon", 1, 10_000,
        "How many rows ahead to judge [default: as many as the network gives]");
    private readonly Option<ScalingChoice> _scaling = new("--scaling")
    {
        Description = "How columns are scaled, fitted on the training rows where --scaler gives no numbers: minmax, minmax:-1,1, "
            + "standard, robust or none",
        HelpName = "SCALING",
        DefaultValueFactory = _ => new ScalingChoice("minmax"),
        CustomParser = result => Options.Parse("--scaling", result, ScalingChoice.Parse),
    };

    private readonly Option<string[]> _scaler = new("--scaler")
    {
        Description = "The numbers that scaled the training, smallest and largest value with minmax, otherwise middle and spread: "
            + "10,250, or Close=10:250,Volume=0:1e6",
        HelpName = "NUMBERS",
    };

    private readonly Option<string> _gives = Options.Word("--gives", "value", [.. s_gives.Keys],
        "What the network says of the next row, beside the newest one");
    private readonly Option<string?> _outputs = Options.OptionalWord("--outputs", [.. s_outputs.Keys],
        "What several numbers of the network are: the target in the rows to come, all columns in the next row, or one after each step "
            + "of the window [default: as their shape says]");
    private readonly Option<DateRange?> _trainedUntil = new("--trained-until")
    {
        Description = "The last date that the network was trained on, as 2020 or 2020-06-30; rows after it are judged "
            + "[default: not known, and said]",
        HelpName = "DATE",
        CustomParser = result => Options.Parse<DateRange?>("--trained-until", result, text => LastRow(text)),
    };

    private readonly ExchangeArguments _files = new();
    private readonly Option<int?> _window = Options.OptionalWhole("--window", 1, 100_000,
        "How many rows a window has where the file leaves that open [default: such a file is refused]");
    private readonly Option<string?> _metric = MetricOption.Create();
    private readonly Option<bool> _quiet = new("--quiet") { Description = "Print the verdict and the files alone" };

    public static string WordOf(TargetTransform gives) => s_gives.First(entry => entry.Value == gives).Key;

    private static DateRange LastRow(string text) =>
        text.Trim().Length > 0 && !text.Contains("..", StringComparison.Ordinal) && DateRange.TryParse(".." + text, out DateRange range)
            ? range
            : throw new UnrollException($"\"{text}\" is no last date. Write a year, month or date, as 2020 or 2020-06-30, or of numbered "
                + "rows the number");

    public void AddTo(Command command)
    {
        command.Add(_model);
        _common.AddTo(command, [_inputs, _horizon, _scaling, _scaler, _gives, _outputs, _trainedUntil, _window, _metric, _quiet],
            s_notHere);
        _files.AddTo(command);
    }

    /// <exception cref="UnrollException">Options that do not go together.</exception>
    public JudgeRequest Read(ParseResult result)
    {
        CommonRequest common = _common.Read(result);
        DateRange? trained = result.GetValue(_trainedUntil);
        if (trained is not null && common.Rows is not null)
            throw new UnrollException("--rows says how far back to look where no range does, but --trained-until is one. Leave one of "
                + "them out.");
        return new JudgeRequest(common)
        {
            Files = _files.Read(result, result.GetValue(_window)),
            Model = result.GetRequiredValue(_model),
            Inputs = result.GetValue(_inputs) ?? [],
            Horizon = result.GetValue(_horizon),
            Scaling = result.GetRequiredValue(_scaling).With(result.GetValue(_scaler) ?? []),
            Gives = s_gives[result.GetRequiredValue(_gives)],
            Outputs = result.GetValue(_outputs) is { } word ? s_outputs[word] : PretrainedOutputs.Found,
            TrainedOn = trained,
            Metric = MetricOption.Metric(result.GetValue(_metric)),
            IsQuiet = result.GetValue(_quiet),
        };
    }
}

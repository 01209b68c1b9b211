using System.CommandLine;
using System.CommandLine.Parsing;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What a forecast is to be made from and how far it reaches.</summary>
/// <param name="IsDefault">The default recipe; otherwise the tutorial's.</param>
/// <param name="Features">Words and columns as given; null where nothing was.</param>
/// <param name="Known">Columns known for the rows to come.</param>
/// <param name="Transform">Null to find it.</param>
/// <param name="Members">How many networks are averaged.</param>
/// <param name="Validation">The share of the training rows to choose by.</param>
/// <param name="Strategy">How it reaches further than one row ahead.</param>
internal sealed record RecipeRequest(
    bool IsDefault, string[]? Features, string[] Known, TargetTransform? Transform, int Members, double Validation, Strategy Strategy)
{
    /// <summary>What the networks say of each row.</summary>
    public ForecastHead Head { get; init; }

    /// <summary>What to choose and compare by; null for what fits.</summary>
    public ForecastMetric? Metric { get; init; }

    /// <summary>The code of the country whose public holidays are known; null for none.</summary>
    public string? Holidays { get; init; }

    /// <summary>The columns and the calendar that the words stand for.</summary>
    /// <exception cref="UnrollException">There is no such column, or a target is among them.</exception>
    public ForecastInputs InputsOf(TimeSeries series, IReadOnlyList<string> targets)
    {
        if (!IsDefault)
            return ForecastInputs.TargetOnly;
        string[] words = Words(series);
        string[] known = [.. ColumnNames.Split("--known", Known, series.ColumnNames).Select(name => NameOf("--known", name)).Distinct()];
        string[] past =
        [
            .. words.Contains("columns") && !LeavesColumnsOut ? series.ColumnNames.Except(targets) : [],
            .. words.Where(word => !IsKeyword(word)).Select(name => NameOf("--features", name)),
        ];
        past = [.. past.Except(known).Distinct()];
        if (Strategy == Strategy.Recursive && (past.Length > 0 || (Features is not null && words.Contains("columns"))))
        {
            throw new UnrollException(
                $"--features names {(past.Length > 0 ? string.Join(", ", past) : "columns")}, which --strategy recursive has nothing to "
                    + "put in the place of in rows to come. Leave it out, name what is "
                    + "known beforehand with --known, or use --strategy direct.");
        }

        return new ForecastInputs { Past = past, Known = known, Calendar = words.Contains("calendar"), Holidays = Holidays };

        string NameOf(string option, string name) => series[name].Name is var column && !targets.Contains(column)
            ? column
            : throw new UnrollException(targets.Count == 1
                ? $"{option} names {column}, which is the target itself. Name other columns, or leave the option out."
                : $"{option} names {column}, which is a target. The past of each target is an input "
                    + "of the others anyway: name other columns, or leave the option out.");
    }

    /// <summary>The columns that the user named as past inputs, and so may not be left out.</summary>
    public IReadOnlyList<string> NamedColumns(TimeSeries series) => Features is null
        ? []
        : [.. Words(series).Where(word => !IsKeyword(word))];

    /// <summary>What a strategy leaves out that the user did not name, in words; nothing where there is none.</summary>
    public IEnumerable<string> LeftOut(TimeSeries series, IReadOnlyList<string> targets)
    {
        IReadOnlyList<string> known = ColumnNames.Split("--known", Known, series.ColumnNames);
        string[] columns = [.. series.ColumnNames.Except(targets).Where(name => !known.Contains(name, StringComparer.OrdinalIgnoreCase))];
        return IsDefault && LeavesColumnsOut && columns.Length > 0
            ? [$"Left out {ColumnNames.List(columns)}: --strategy recursive predicts {string.Join(", ", targets)} "
                + "alone, and has nothing to put in the place of other columns in rows to come."]
            : [];
    }

    private bool LeavesColumnsOut => Strategy == Strategy.Recursive && Features is null;

    private string[] Words(TimeSeries series) => Features is null
        ? ["columns", "calendar"]
        :
        [
            .. ColumnNames.Split("--features", Features, series.ColumnNames)
                .Select(word => IsKeyword(word) ? word.ToLowerInvariant() : word),
        ];

    /// <summary>Whether a word of --features stands for something else than a column.</summary>
    public static bool IsKeyword(string word) => word.ToLowerInvariant() is "columns" or "calendar" or "none";
}

/// <summary>The options that choose a recipe. Their names are a contract.</summary>
/// <param name="fallback">The recipe where none is given.</param>
/// <param name="description">What --recipe says of itself.</param>
/// <param name="members">How many networks are averaged where that is not given; null for those of the recipe.</param>
internal sealed class RecipeOptions(
    string fallback = RecipeOptions.Default,
    string description = "How forecasts are made, as docs/forecasting.md says",
    int? members = null)
{
    public const string Default = "default", Tutorial = "tutorial";
    private static readonly string[] s_transforms = ["auto", "none", "difference", "log-return", "relative"];
    private static readonly string[] s_heads = ["none", "quantile", "gaussian", "student-t"];
    private readonly Option<string> _recipe = Options.Word("--recipe", fallback, [Default, Tutorial], description);
    private readonly Option<string[]> _features = Options.Names(
        "--features",
        "What it looks at beside the target: columns (all others), calendar, none, "
            + "or the name of a column [default: columns and calendar]");

    private readonly Option<string[]> _known = Options.Names("--known", "A column whose values are known for the rows to come too");
    private readonly Option<string?> _holidays = new("--holidays")
    {
        Description = "The country whose public holidays are known, as US, or a part of it, as DE-BY",
        HelpName = "CODE",
    };

    private readonly Option<string> _transform = Options.Word(
        "--transform", "auto", s_transforms, "What is predicted in place of the value");

    private readonly Option<string> _strategy = Options.Word(
        "--strategy",
        "direct",
        ["direct", "recursive"],
        "How it reaches further than one row ahead, by an output for each row or by predictions "
            + "that are fed back, which allows no other columns than --known ones");

    private readonly Option<string?> _metric = MetricOption.Create();

    private readonly Option<int?> _ensemble = Options.OptionalWhole(
        "--ensemble",
        1,
        100,
        $"How many networks are averaged [default: {members ?? new EnsembleRecipe().Members}{(members is null ? "" : " in a trial")}]");

    private readonly Option<double?> _validation = Options.OptionalNumber(
        "--validation",
        value => value is > 0 and < 1,
        "above 0 and below 1",
        "The share of the training rows, the newest, to choose by [default: 0.2]");

    private readonly Option<string> _head = Options.Word(
        "--head",
        s_heads[0],
        s_heads,
        "What the networks say of each row ahead: a value, or how it is distributed, which intervals are then made of");

    public IEnumerable<Option> All =>
        [_recipe, _features, _known, _holidays, _transform, _strategy, _metric, _ensemble, _validation, _head];

    /// <summary>As the option spells it.</summary>
    public static string WordOf(ForecastHead head) => s_heads[(int)head];

    /// <exception cref="UnrollException">An option belongs to the other recipe.</exception>
    public RecipeRequest Read(ParseResult result)
    {
        bool isDefault = result.GetValue(_recipe) == Default;
        foreach (Option option in All.Skip(1))
        {
            if (!isDefault && result.GetResult(option) is { Implicit: false })
                throw new UnrollException($"{option.Name} has no part in --recipe {Tutorial}. Leave it out, or use --recipe {Default}.");
        }

        string[]? features = result.GetValue(_features) is { Length: > 0 } given ? given : null;
        string[] words = [.. (features ?? []).SelectMany(text => text.Split(',', StringSplitOptions.TrimEntries))];
        if (words.Length > 1 && words.Contains("none", StringComparer.OrdinalIgnoreCase))
            throw new UnrollException("--features none stands alone. Leave out the others, or none.");
        string transform = result.GetRequiredValue(_transform);
        Strategy strategy = result.GetValue(_strategy) == "recursive" ? Strategy.Recursive : Strategy.Direct;
        var head = (ForecastHead)Array.IndexOf(s_heads, result.GetRequiredValue(_head));
        return new RecipeRequest(
            isDefault,
            features,
            result.GetValue(_known) ?? [],
            transform == s_transforms[0] ? null : TargetTransform.Parse(transform),
            result.GetValue(_ensemble) ?? members ?? new EnsembleRecipe().Members,
            result.GetValue(_validation) ?? new EnsembleRecipe().Validation,
            strategy)
        {
            Head = head,
            Metric = MetricOption.Metric(result.GetValue(_metric)),
            Holidays = result.GetValue(_holidays),
        };
    }

    /// <summary>Whether the user said how many networks are averaged.</summary>
    public bool HasMembers(ParseResult result) => result.GetValue(_ensemble) is not null;
}

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
internal sealed record RecipeRequest(bool IsDefault, string[]? Features, string[] Known, TargetTransform? Transform, int Members, double Validation)
{
    /// <summary>The columns and the calendar that the words stand for.</summary>
    /// <exception cref="UnrollException">There is no such column, or the target is among them.</exception>
    public ForecastInputs InputsOf(TimeSeries series, params IReadOnlyList<string> targets)
    {
        if (!IsDefault)
            return ForecastInputs.TargetOnly;
        string[] words = Features ?? ["columns", "calendar"];
        string[] known = [.. Known.Select(name => Named("--known", name))];
        string[] past =
        [
            .. words.Contains("columns") ? series.ColumnNames.Except(targets) : [],
            .. words.Where(word => word is not ("columns" or "calendar" or "none")).Select(name => Named("--features", name)),
        ];
        return new ForecastInputs { Past = [.. past.Except(known).Distinct()], Known = known, Calendar = words.Contains("calendar") };

        string Named(string option, string name) => series[name].Name is var column && !targets.Contains(column)
            ? column
            : throw new UnrollException(targets.Count == 1
                ? $"{option} names {column}, which is the target itself. Name other columns, or leave the option out."
                : $"{option} names {column}, which is a target. The past of each target is an input of the others anyway: name other columns, or leave the option out.");
    }
}

/// <summary>The options that choose a recipe. Their names are a contract.</summary>
internal sealed class RecipeOptions
{
    private const string Default = "default", Tutorial = "tutorial";
    private static readonly string[] s_transforms = ["auto", "none", "difference", "log-return", "relative"];
    private readonly Option<string> _recipe = Options.Word("--recipe", Default, [Default, Tutorial], "How forecasts are made, as docs/forecasting.md says");
    private readonly Option<string[]> _features = new("--features")
    {
        Description = "What it looks at beside the target: columns (all others), calendar, none, or the name of a column; repeat it for more [default: columns and calendar]",
        HelpName = "WORD",
    };

    private readonly Option<string[]> _known = new("--known") { Description = "A column whose values are known for the rows to come too; repeat it for more", HelpName = "COLUMN" };
    private readonly Option<string> _transform = Options.Word("--transform", "auto", s_transforms, "What is predicted in place of the value");
    private readonly Option<int?> _ensemble = Options.OptionalWhole("--ensemble", 1, 100, "How many networks are averaged [default: 5]");
    private readonly Option<double?> _validation = Options.OptionalNumber("--validation", value => value is > 0 and < 1, "above 0 and below 1", "The share of the training rows, the newest, to choose by [default: 0.2]");

    public IEnumerable<Option> All => [_recipe, _features, _known, _transform, _ensemble, _validation];

    /// <exception cref="UnrollException">An option belongs to the other recipe.</exception>
    public RecipeRequest Read(ParseResult result)
    {
        bool isDefault = result.GetValue(_recipe) == Default;
        foreach (Option option in All.Skip(1))
        {
            if (!isDefault && result.GetResult(option) is { Implicit: false })
                throw new UnrollException($"{option.Name} has no part in --recipe {Tutorial}. Leave it out, or use --recipe {Default}.");
        }

        string[]? features = result.GetValue(_features) is { Length: > 0 } given ? Array.ConvertAll(given, Lowered) : null;
        if (features is { Length: > 1 } && features.Contains("none"))
            throw new UnrollException("--features none stands alone. Leave out the others, or none.");
        string transform = result.GetRequiredValue(_transform);
        return new RecipeRequest(
            isDefault,
            features,
            result.GetValue(_known) ?? [],
            transform == s_transforms[0] ? null : TargetTransform.Parse(transform),
            result.GetValue(_ensemble) ?? new EnsembleRecipe().Members,
            result.GetValue(_validation) ?? new EnsembleRecipe().Validation);
    }

    private static string Lowered(string word) => word.ToLowerInvariant() is "columns" or "calendar" or "none" ? word.ToLowerInvariant() : word;
}

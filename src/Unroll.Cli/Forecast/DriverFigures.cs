using System.Text.Json;
using Unroll.Forecasting;

namespace Unroll.Cli;

/// <summary>What drives the forecast, in metrics.json: how much its error grows where an input is permuted.</summary>
/// <param name="Repeats">How often each is permuted.</param>
/// <param name="Parts">How many parts were looked at.</param>
/// <param name="PartsInAll">How many there are.</param>
/// <param name="Inputs">Over all parts.</param>
/// <param name="ByPart">Each part that was looked at.</param>
internal sealed record DriverFigures(int Repeats, int Parts, int PartsInAll, InputFigures[] Inputs, PartDriverFigures[] ByPart)
{
    public static DriverFigures? Of(InputImportance? importance) => importance is null ? null : new DriverFigures(
        InputImportance.Repeats,
        importance.Parts.Count,
        importance.PartsInAll,
        InputFigures.Of(importance.Inputs),
        [.. importance.Parts.Select(PartDriverFigures.Of)]);
}

/// <param name="Group">own-past, past-column, known-column, calendar, season, holidays, years-before or static.</param>
/// <param name="Column">Of a column its name; otherwise empty.</param>
/// <param name="Share">0 to 1.</param>
/// <param name="Increase">In percent of the error; null where there was no error.</param>
internal sealed record InputFigures(string Group, string Column, double Share, double? Increase)
{
    public static InputFigures[] Of(IReadOnlyList<InputShare> inputs) =>
    [
        .. inputs.Select(input => new InputFigures(
            JsonNamingPolicy.KebabCaseLower.ConvertName(input.Group.ToString()),
            input.Column,
            input.Share,
            double.IsFinite(input.Increase) ? input.Increase : null)),
    ];
}

/// <param name="Series">Empty for a plain table.</param>
/// <param name="Mae">With all inputs in their places, in the target's units.</param>
internal sealed record PartDriverFigures(string Series, string Target, double Mae, InputFigures[] Inputs)
{
    public static PartDriverFigures Of(PartImportance part) =>
        new(part.Part.Series, part.Part.Target, part.Error, InputFigures.Of(part.Inputs));
}

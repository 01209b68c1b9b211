namespace Unroll.Forecasting;

/// <summary>What a forecast looks at, in groups that are told apart.</summary>
public enum InputGroup
{
    /// <summary>The target's own past values: level, trend, lags, and all that rules look at.</summary>
    OwnPast,

    /// <summary>A column that is known up to the origin; of several targets each other one too.</summary>
    PastColumn,

    /// <summary>A column that is known for the rows to come too.</summary>
    KnownColumn,

    /// <summary>Numbers that follow from the date: days of the week, times of the day, months, the place in the year.</summary>
    Calendar,

    /// <summary>What the target was at the same place of the seasons before, and the season that is taken away beforehand.</summary>
    Season,

    /// <summary>Public holidays.</summary>
    Holidays,

    /// <summary>What the same days of years before were like.</summary>
    YearsBefore,

    /// <summary>Columns that say something of a series and never change within it.</summary>
    Static,

    /// <summary>An input of your own: see <see cref="ForecastInput"/>.</summary>
    Own,
}

/// <summary>One group of inputs.</summary>
/// <param name="Group">Of which kind.</param>
/// <param name="Name">Of a column or an input of your own its name, of the own past the target; otherwise empty.</param>
internal readonly record struct InputKey(InputGroup Group, string Name = "")
{
    /// <summary>All that models of some plans look at when a target is forecast.</summary>
    /// <param name="target">What is forecast.</param>
    /// <param name="plans">Of all targets that are forecast together.</param>
    public static HashSet<InputKey> Of(string target, IEnumerable<InputPlan> plans) =>
    [
        .. plans.SelectMany(InputNumbers.Of).SelectMany(group => group.Keys).Select(key =>
            key.Group is InputGroup.OwnPast or InputGroup.PastColumn
                ? new InputKey(key.Name == target ? InputGroup.OwnPast : InputGroup.PastColumn, key.Name) : key),
    ];
}

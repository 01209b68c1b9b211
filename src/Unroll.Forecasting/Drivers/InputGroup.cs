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
}

/// <summary>One group of inputs.</summary>
/// <param name="Group">Of which kind.</param>
/// <param name="Name">Of a column its name, of the own past the target; otherwise empty.</param>
internal readonly record struct InputKey(InputGroup Group, string Name = "")
{
    /// <summary>All that models of some plans look at when a target is forecast.</summary>
    /// <param name="target">What is forecast.</param>
    /// <param name="plans">Of all targets that are forecast together.</param>
    public static HashSet<InputKey> Of(string target, IEnumerable<InputPlan> plans)
    {
        var keys = new HashSet<InputKey>();
        foreach (InputPlan plan in plans)
        {
            IEnumerable<string> past = [plan.Target, .. plan.Alike, .. plan.Past.Select(column => column.Name)];
            keys.UnionWith(past.Select(name => new InputKey(name == target ? InputGroup.OwnPast : InputGroup.PastColumn, name)));
            keys.UnionWith(plan.Known.Select(column => new InputKey(InputGroup.KnownColumn, column.Name)));
            (bool IsThere, InputGroup Group)[] others =
            [
                (plan.Calendar is not null, InputGroup.Calendar),
                (plan.Seasons.Count > 0 || plan.Indices is not null, InputGroup.Season),
                (plan.Holidays is not null, InputGroup.Holidays),
                (plan.Memory, InputGroup.YearsBefore),
                (plan.Constants.Count > 0, InputGroup.Static),
            ];
            keys.UnionWith(others.Where(each => each.IsThere).Select(each => new InputKey(each.Group)));
        }

        return keys;
    }
}

namespace Unroll.Forecasting;

/// <summary>Which columns of a table are forecast, and which are looked at.</summary>
internal static class TaskTargets
{
    /// <summary>The targets as the table spells them; of a table with one column that column.</summary>
    /// <exception cref="UnrollException">No such column, one twice, or several columns of which none is named.</exception>
    public static string[] Choose(TimeSeries table, IReadOnlyList<string> named)
    {
        if (named.Count == 0)
        {
            return table.ColumnNames.Count == 1
                ? [table.ColumnNames[0]]
                : throw new UnrollException($"{table.Name} has the columns {NameList.Of(table.ColumnNames)}: name the target, the "
                    + "one to forecast.")
                { Subject = "target" };
        }

        string[] targets = [.. named.Select(name => table[name].Name)];
        return targets.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw new UnrollException($"{twice.Key} is named twice as a target. Name each column once.")
            : targets;
    }

    /// <summary>The inputs as the table spells them; null for all other columns and the calendar.</summary>
    /// <exception cref="UnrollException">
    /// A column is a target and an input at once, or not there, or the holidays of a country are not known.
    /// </exception>
    public static ForecastInputs Inputs(TimeSeries table, string[] targets, ForecastInputs? inputs)
    {
        if (inputs is null)
            return Of(ForecastInputs.Everything(table, targets));
        RequireColumns(table, inputs);
        string[] past = [.. inputs.Past.Select(name => table[name].Name)], known = [.. inputs.Known.Select(name => table[name].Name)];
        return past.Concat(known).Intersect(targets).FirstOrDefault() is { } both
            ? throw new UnrollException(targets.Length == 1
                ? $"{both} is the target and an input at once. Leave it out of the inputs."
                : $"{both} is a target and an input at once. Leave it out of the inputs: the past of each target is an input of "
                    + "the others anyway.")
            : Of(inputs with { Past = past, Known = known, Holidays = inputs.Holidays is { } code ? HolidayCountries.CodeOf(code) : null });

        ForecastInputs Of(ForecastInputs all) => table.IsNumbered ? all.WithoutCalendar(table.Name) : all;
    }

    /// <summary>Refuses inputs of your own that read what is no known column, or that sentences could not tell apart.</summary>
    private static void RequireColumns(TimeSeries table, ForecastInputs inputs)
    {
        string[] known = [.. inputs.Known.Select(name => table[name].Name)];
        foreach (ForecastInput input in inputs.Own)
        {
            if (input.Columns.FirstOrDefault(name => !known.Contains(table[name].Name)) is { } unknown)
                throw new UnrollException(
                    $"The input {input.Name} reads {unknown}, which is not among the known columns. Add it to them: "
                    + "its values must be known for the rows to come.")
                { Subject = "known" };
        }

        if (inputs.Own.CountBy(input => input.Name).FirstOrDefault(pair => pair.Value > 1) is { Key: { } twice })
            throw new UnrollException($"Two inputs are called {twice}. Give each a name of its own.");
    }
}

namespace Unroll.Forecasting;

/// <summary>How the static columns of a panel become inputs of a network; learnt on the series that are trained on.</summary>
/// <param name="Columns">In the order of the inputs: numbers first.</param>
internal sealed record StaticInputs(StaticInput[] Columns)
{
    /// <summary>More categories tell series apart and nothing that they have in common.</summary>
    private const int MostCategories = 100;

    /// <param name="panel">The training file.</param>
    /// <param name="keys">The series to learn from.</param>
    /// <exception cref="UnrollException">A column of text has too many categories.</exception>
    public static StaticInputs Fit(SeriesSet panel, string[] keys) => new(
    [
        .. panel.StaticNames.Select(name => Number(name, Array.ConvertAll(keys, key => panel.Static(key)[name]))),
        .. panel.StaticTextNames.Select(name => Text(panel, name, keys)),
    ]);

    /// <summary>The inputs of one series.</summary>
    /// <param name="panel">Where its static columns are.</param>
    /// <param name="key">The series.</param>
    /// <exception cref="UnrollException">A category that was not there in training, or text where a number is wanted or the
    /// other way round.</exception>
    public double[] Of(SeriesSet panel, string key)
    {
        var inputs = new List<double>();
        foreach (StaticInput column in Columns)
        {
            if (column.Categories is { } categories)
            {
                string text = panel.StaticText(key).TryGetValue(column.Name, out string? given)
                    ? given
                    : throw Other(panel, column, "text");
                if (text.Length > 0 && !categories.Contains(text))
                    throw new UnrollException($"{panel.Name}, {key}: the {column.Name} \"{text}\" was not there in training, which knows "
                        + $"{NameList.Of(categories)}. Correct it, or train on a file that has it.");
                if (categories.Length > 1)
                    inputs.AddRange(categories.Select(category => category == text ? 1.0 : 0.0));
            }
            else
            {
                double value = panel.Static(key).TryGetValue(column.Name, out double given) ? given : throw Other(panel, column, "numbers");
                if (column.Deviation > 0)
                    inputs.Add(double.IsFinite(value) ? (value - column.Mean) / column.Deviation : 0);
            }
        }

        return [.. inputs];
    }

    /// <summary>Whether the panel says something of every column; one made in code of new rows alone may not.</summary>
    public bool AreIn(SeriesSet panel) => Columns.Length > 0
        && Array.TrueForAll(Columns, column => panel.StaticNames.Concat(panel.StaticTextNames).Contains(column.Name));

    /// <summary>Mean 0 and deviation 1 over the series; missing ones count as average.</summary>
    private static StaticInput Number(string name, double[] values)
    {
        double[] known = [.. values.Where(double.IsFinite)];
        double mean = known.DefaultIfEmpty(0).Average();
        double deviation = Math.Sqrt(known.Select(value => (value - mean) * (value - mean)).DefaultIfEmpty(0).Average());
        return new StaticInput(name, mean, deviation, null);
    }

    private static StaticInput Text(SeriesSet panel, string name, string[] keys)
    {
        string[] categories =
            [.. keys.Select(key => panel.StaticText(key)[name]).Where(text => text.Length > 0).Distinct().Order(StringComparer.Ordinal)];
        return categories.Length <= MostCategories
            ? new StaticInput(name, 0, 0, categories)
            : throw new UnrollException(
                $"The static column {name} of {panel.Name} has {categories.Length} different texts; at most {MostCategories} say something "
                + "that series have in common. Leave it out, or put its texts together in groups.")
            { Subject = "static" };
    }

    private static UnrollException Other(SeriesSet panel, StaticInput column, string wanted) =>
        new($"The static column {column.Name} of {panel.Name} does not hold {wanted} as in training. Correct the file, or train on one "
            + "like it.");
}

/// <summary>One static column: a number by its mean and deviation, a text by its categories, one input each.</summary>
internal sealed record StaticInput(string Name, double Mean, double Deviation, string[]? Categories);

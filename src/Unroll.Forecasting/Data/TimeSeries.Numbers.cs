using System.Collections.ObjectModel;
using System.Globalization;

namespace Unroll.Forecasting;

/// <content>Rows that have a running number and no date.</content>
public sealed partial class TimeSeries
{
    /// <summary>
    /// Whether the rows have a running number in the place of dates. They have no calendar then: no season, weekday or holiday is known of
    /// them, and the numbers of rows to come go on as those before.
    /// </summary>
    public bool IsNumbered { get; }

    /// <summary>The running number of each row, strictly increasing; none where the rows have dates.</summary>
    public IReadOnlyList<double> Numbers => IsNumbered ? new ReadOnlyCollection<double>([.. Dates.Select(RowNumbers.ToNumber)]) : [];

    /// <summary>The number that stands in the place of a date of this table, or of one that follows.</summary>
    /// <exception cref="InvalidOperationException">The rows have dates.</exception>
    public double NumberOf(DateTime date) => IsNumbered
        ? RowNumbers.ToNumber(date)
        : throw new InvalidOperationException($"The rows of {Name} have dates and no numbers.");

    /// <summary>A table whose rows are numbered and have no dates.</summary>
    /// <param name="name">What messages call the table.</param>
    /// <param name="numbers">
    /// One number a row, strictly increasing, evenly or not: 0, 1, 2, or 10, 20, 30. At most a million millions, with at most six decimals.
    /// </param>
    /// <param name="columns">Name and values of each column; NaN marks a missing value. The arrays are not copied.</param>
    /// <example>
    /// <code>
    /// var wear = TimeSeries.FromNumbers("wear", [0, 1, 2, 3], ("depth", [0.1, 0.3, 0.4, 0.6]));
    /// Console.WriteLine(wear.NextNumbers(2)[0]); // 4
    /// </code>
    /// </example>
    /// <exception cref="ArgumentException">A column has another number of values than there are numbers.</exception>
    /// <exception cref="UnrollException">Numbers do not increase, or one is too large or too fine, a name is used twice, or a value is
    /// infinite.</exception>
    public static TimeSeries FromNumbers(string name, IReadOnlyList<double> numbers, params (string Name, double[] Values)[] columns)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(numbers);
        for (int row = 0; row < numbers.Count; row++)
        {
            if (!RowNumbers.IsUsable(numbers[row]))
                throw new UnrollException(
                    string.Create(CultureInfo.InvariantCulture, $"The number {numbers[row]} of row {row} is too large or "
                    + $"too fine: give at most {RowNumbers.Largest:0e+0}, with at most six decimals."));
            if (row > 0 && numbers[row] <= numbers[row - 1])
                throw new UnrollException(
                    string.Create(CultureInfo.InvariantCulture, $"Numbers must increase, but row {row} ({numbers[row]}) "
                    + $"follows {numbers[row - 1]}. Sort the rows, and leave one number in each."));
        }

        DateTime[] dates = RowNumbers.ToDates([.. numbers]);
        return new TimeSeries(name, dates, CheckedColumns(dates.Length, columns), 0, dates.Length, [],
            ReadOnlyDictionary<string, string>.Empty, isNumbered: true);
    }

    /// <summary>The numbers that follow the last row, in steps as those before; none where the rows have dates.</summary>
    /// <exception cref="InvalidOperationException">There are no rows.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 0 or above 10,000,000.</exception>
    /// <exception cref="UnrollException">A number would be too large.</exception>
    public IReadOnlyList<double> NextNumbers(int count) => IsNumbered ? [.. NextDates(count).Select(RowNumbers.ToNumber)] : [];
}

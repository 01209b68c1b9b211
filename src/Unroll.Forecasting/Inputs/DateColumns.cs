namespace Unroll.Forecasting;

/// <summary>Numbers that follow from dates, as columns.</summary>
internal static class DateColumns
{
    /// <summary>Writes the numbers of one date over the destination.</summary>
    public delegate void Writer(DateTime date, Span<double> destination);

    /// <summary>[count][dates].</summary>
    public static double[][] Of(int count, DateTime[] dates, Writer write)
    {
        double[][] columns = [.. Enumerable.Range(0, count).Select(_ => new double[dates.Length])];
        var numbers = new double[count];
        for (int row = 0; row < dates.Length; row++)
        {
            write(dates[row], numbers);
            for (int i = 0; i < count; i++)
                columns[i][row] = numbers[i];
        }

        return columns;
    }
}

namespace Unroll.Forecasting;

/// <summary>How the newest seasons went on average.</summary>
internal static class SeasonalCourse
{
    /// <summary>The mean is over so many seasons, where there are as many.</summary>
    private const int Seasons = 4;

    /// <summary>
    /// For each place of a season the mean of the newest values there, less the mean of all places; all 0 where not even one season is
    /// known. The first place is that of the row after the last value.
    /// </summary>
    /// <param name="values">Oldest first.</param>
    /// <param name="period">m.</param>
    public static double[] Of(ReadOnlySpan<double> values, int period)
    {
        var course = new double[period];
        if (period < 2 || values.Length < period)
            return course;
        for (int place = 0; place < period; place++)
        {
            int count = 0;
            for (int row = values.Length + place - period; row >= 0 && count < Seasons; row -= period, count++)
                course[place] += values[row];
            course[place] /= count;
        }

        double mean = course.Average();
        return Array.ConvertAll(course, each => each - mean);
    }

    /// <summary>The place of a row, counted from the row after the last value: 0 for that row, −1 for the last value.</summary>
    public static int Place(int row, int period) => ((row % period) + period) % period;
}

namespace Unroll.Forecasting;

/// <summary>The kinds of spacing that calendars know.</summary>
internal enum DateSpacing
{
    Other,
    WithinDay,
    Days,
    BusinessDays,
    Weeks,
    HalfMonths,
    Months,
    Quarters,
    Years,
    Uneven,

    /// <summary>A running number: rows have no calendar.</summary>
    Numbers,
}

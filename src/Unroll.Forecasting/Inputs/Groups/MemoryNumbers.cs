namespace Unroll.Forecasting;

/// <summary>What the same days of years before were like: see <see cref="YearMemory"/>.</summary>
internal sealed class MemoryNumbers(InputPlan plan) : KnownNumbers
{
    /// <summary>A linear model sees what the days remembered were like beside so many of the newest values too, two numbers each.</summary>
    public const int MostLags = 14;

    /// <summary>Rows before this remember nothing; with more than three years they are not learnt from.</summary>
    private const int Forgetful = 387, EnoughRows = 3 * 366;

    private readonly int _lags = plan.Memory ? Math.Min(MostLags, plan.Lags) : 0;
    private double[] _remembered = [];

    public override int LinearCount => plan.Memory ? YearMemory.Count : 0;

    public override int FurtherCount => 2 * _lags;

    public override InputGroup Group => InputGroup.YearsBefore;

    public override Contribution Contribution => Contribution.Season;

    public override string? InWords => plan.Memory ? "the same days of years before" : null;

    public override void Read(InputFrame frame)
    {
        if (!plan.Memory)
            return;
        var memory = new YearMemory(frame.Dates.AsSpan(0, frame.Rows), frame.Transformed);
        _remembered = new double[frame.Dates.Length * YearMemory.Count];
        for (int row = 0; row < frame.Dates.Length; row++)
            memory.Write(frame.Dates[row], _remembered.AsSpan(row * YearMemory.Count, YearMemory.Count));
    }

    public override void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        // Where rows are missing, few rows may be many days, and the days remembered later than the origin.
        bool isKnown = (frame.Dates[row] - frame.Dates[Math.Min(origin, frame.LastTold)]).TotalDays <= YearMemory.MostDays;
        double unit = frame.UnitAt(origin);
        for (int i = 0; i < inputs.Length; i++)
            inputs[i] = isKnown ? _remembered[(row * YearMemory.Count) + i] / unit : 0;
    }

    public override void WriteFurther(InputFrame frame, int origin, int row, Span<double> inputs)
    {
        double unit = frame.UnitAt(origin);
        for (int k = 0; k < _lags; k++)
        {
            ReadOnlySpan<double> memory = _remembered.AsSpan((origin - k) * YearMemory.Count, YearMemory.Count);
            (inputs[2 * k], inputs[(2 * k) + 1]) = (memory[1] / unit, memory[3] / unit);
        }
    }

    public override int FirstLearnt(int end) => plan.Memory && end > EnoughRows ? Forgetful : 0;

    public override InputNumbers Move(InputFrame frame, in InputMove move) =>
        move.Key.Group != Group || !plan.Memory
            ? this
            : new MemoryNumbers(plan) { _remembered = From(_remembered, YearMemory.Count, move) };

    public static IEnumerable<Func<InputPlan, InputPlan>> Choices(ForecastSplit split, int steps) =>
        split.Inputs.Calendar && steps <= YearMemory.MostDays && YearMemory.Fits(split.Train.DateSpan)
            ? [plan => plan with { Memory = true }]
            : [];
}

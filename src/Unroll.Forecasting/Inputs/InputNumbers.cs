namespace Unroll.Forecasting;

/// <summary>
/// One group of the inputs of a plan: how many numbers it gives, how they are read off a table and written for each row, what becomes of
/// them in rows that go on with predictions or come from another origin, and how they are said in words. How they are found worth trying
/// for a split stands beside, in the same class.
/// </summary>
internal abstract class InputNumbers
{
    /// <summary>How many inputs of a linear model it gives.</summary>
    public abstract int LinearCount { get; }

    /// <summary>How many inputs of a linear model it gives besides, behind those of all groups.</summary>
    public virtual int FurtherCount => 0;

    /// <summary>How many channels of a network it gives.</summary>
    public abstract int Channels { get; }

    /// <summary>What importance is told of it as.</summary>
    public abstract InputGroup Group { get; }

    /// <summary>What it counts as in what a forecast is made of.</summary>
    public abstract Contribution Contribution { get; }

    /// <summary>Whether it says something of rows to come.</summary>
    public virtual bool IsKnown => false;

    /// <summary>What it adds to a sentence on a forecast; null for nothing, or where it is a column, which is named.</summary>
    public virtual string? InWords => null;

    /// <summary>Whether what a file says of it can be used.</summary>
    public virtual bool IsSound => true;

    /// <summary>The groups that are permuted apart from each other.</summary>
    public virtual IEnumerable<InputKey> Keys => LinearCount + Channels > 0 ? [new InputKey(Group)] : [];

    /// <summary>A name for each of the channels: that of a column, or of the group, numbered where it has several.</summary>
    public IEnumerable<string> ChannelNames
    {
        get
        {
            string[] names = [.. Keys.Select(key => key.Name)];
            if (names.Length == Channels && !names.Contains(""))
                return names;
            string name = names.FirstOrDefault(each => each.Length > 0) ?? Group switch
            {
                InputGroup.Calendar => "calendar",
                InputGroup.Season => "season",
                InputGroup.Holidays => "holidays",
                InputGroup.YearsBefore => "years before",
                _ => "static",
            };
            return Enumerable.Range(1, Channels).Select(number => Channels == 1 ? name : FormattableString.Invariant($"{name} {number}"));
        }
    }

    /// <summary>The groups of a plan, in the order of models.</summary>
    public static InputNumbers[] Of(InputPlan plan) =>
    [
        new OwnPast(plan),
        new AlikeColumns(plan),
        new PastColumns(plan),
        new KnownColumns(plan),
        new CalendarNumbers(plan.Calendar),
        new HolidayNumbers(plan.Holidays),
        new MemoryNumbers(plan),
        new SeasonNumbers(plan),
        .. (plan.Own ?? []).Select(own => new OwnNumbers(own)),
        new StaticNumbers(plan.Constants),
    ];

    /// <summary>Those of them that give further inputs of a linear model, in the order of these.</summary>
    public static IEnumerable<InputNumbers> Further(IReadOnlyList<InputNumbers> groups) =>
        groups.Where(group => group.FurtherCount > 0).OrderBy(group => group switch { MemoryNumbers => 0, SeasonNumbers => 1, _ => 2 });

    /// <summary>Reads what it needs of all rows, and of those to come.</summary>
    /// <param name="frame">Of which target, level and dates are there.</param>
    /// <exception cref="UnrollException">A value that is needed is missing.</exception>
    public virtual void Read(InputFrame frame)
    {
    }

    /// <summary>Writes <see cref="LinearCount"/> inputs for a row after an origin.</summary>
    public abstract void WriteLinear(InputFrame frame, int origin, int row, Span<double> inputs);

    /// <summary>Writes <see cref="FurtherCount"/> inputs.</summary>
    public virtual void WriteFurther(InputFrame frame, int origin, int row, Span<double> inputs)
    {
    }

    /// <summary>
    /// Writes <see cref="Channels"/> numbers of a row, at or before an origin or after it, as they are known at that origin.
    /// </summary>
    public abstract void WriteChannels(InputFrame frame, int origin, int row, Span<float> channels);

    /// <summary>
    /// Writes what its inputs of a linear model usually are, where that is not 0; see <see cref="InputFrame.LinearContributions"/>.
    /// </summary>
    public virtual void WriteUsual(InputFrame frame, Span<double> usual)
    {
    }

    /// <summary>The first row that a linear model learns from, where rows before have no such numbers.</summary>
    /// <param name="end">The first row that is not learnt from.</param>
    public virtual int FirstLearnt(int end) => 0;

    /// <summary>The same of the rows up to an origin, with room for predictions after it.</summary>
    public virtual InputNumbers Continue(InputFrame whole, int origin, int steps) => this;

    /// <summary>Takes up a prediction of the target that the frame has taken up, and those of other columns.</summary>
    /// <param name="frame">Of which the newest row is the prediction.</param>
    /// <param name="row">That row.</param>
    /// <param name="other">The prediction of another column.</param>
    public virtual void Append(InputFrame frame, int row, Func<string, double> other)
    {
    }

    /// <summary>Continued numbers as they are seen from another origin, where they belong to the group that is moved.</summary>
    /// <param name="frame">Continued, before the target's own rows are moved.</param>
    /// <param name="move">What is moved.</param>
    public virtual InputNumbers Move(InputFrame frame, in InputMove move) => this;

    /// <summary>Which of the channels a plan that gives less has too.</summary>
    public virtual IEnumerable<bool> KeptIn(InputPlan part) => Enumerable.Repeat(true, Channels);

    /// <summary>A plan for networks without what the plans of other targets give in the same way.</summary>
    public virtual InputPlan WithoutGiven(InputPlan plan, IReadOnlyList<InputPlan> others) => plan;

    /// <summary>Room for so many rows after an origin, and the numbers up to it.</summary>
    protected static double[] Head(double[] values, int origin, int steps)
    {
        var head = new double[origin + 1 + steps];
        values.AsSpan(0, origin + 1).CopyTo(head);
        return head;
    }

    /// <summary>Writes the numbers up to one row over those up to another; what lies before all rows stays.</summary>
    public static void Take(double[] own, double[] from, in InputMove move)
    {
        int count = Math.Min(move.Origin, move.Other) + 1;
        from.AsSpan(move.Other + 1 - count, count).CopyTo(own.AsSpan(move.Origin + 1 - count));
    }

    /// <summary>All numbers moved by the same.</summary>
    protected static double[] Shift(double[] values, double by) => Array.ConvertAll(values, value => value + by);

    /// <summary>Numbers of rows as they are as far from another row; what lies outside stays.</summary>
    /// <param name="values">[rows, each].</param>
    /// <param name="each">How many numbers a row has.</param>
    /// <param name="move">From which row to which.</param>
    protected static double[] From(double[] values, int each, in InputMove move)
    {
        double[] moved = [.. values];
        int by = (move.Other - move.Origin) * each, first = Math.Max(0, -by), count = values.Length - Math.Abs(by);
        values.AsSpan(first + by, count).CopyTo(moved.AsSpan(first));
        return moved;
    }
}

/// <summary>A group of inputs that is seen from another origin than all others.</summary>
/// <param name="Whole">All rows.</param>
/// <param name="Origin">The newest row of all other inputs.</param>
/// <param name="Other">The newest row of the group.</param>
/// <param name="Key">The group.</param>
internal readonly record struct InputMove(InputFrame Whole, int Origin, int Other, InputKey Key)
{
    /// <summary>Whether a column is moved, or the target's own past.</summary>
    public bool IsColumn => Key.Group is InputGroup.OwnPast or InputGroup.PastColumn;

    /// <summary>
    /// How far the levels of both origins are from each other: what is seen from the level of the target stays as far from it when one of
    /// both is moved.
    /// </summary>
    public double Apart => Whole.LevelAt(Other) - Whole.LevelAt(Origin);
}

/// <summary>Numbers that are known of a row beforehand: linear models and networks see the same of them.</summary>
internal abstract class KnownNumbers : InputNumbers
{
    public sealed override int Channels => LinearCount;

    public sealed override bool IsKnown => LinearCount > 0;

    public sealed override void WriteChannels(InputFrame frame, int origin, int row, Span<float> channels)
    {
        Span<double> numbers = stackalloc double[LinearCount];
        WriteLinear(frame, origin, row, numbers);
        for (int i = 0; i < numbers.Length; i++)
            channels[i] = (float)numbers[i];
    }
}

namespace Unroll.Exchange.KerasFiles;

/// <summary>Layers of Keras that work at every step or position alike, and attention.</summary>
internal static class PlainLayers
{
    public static Layer Dense(LayerConfig layer)
    {
        layer.ForTraining("kernel_constraint", "bias_constraint", "activity_regularizer");
        layer.Ignore("input_dim");
        return new Dense(layer.Int("units"))
        {
            Activation = layer.Activation("activation", Activation.Linear),
            UseBias = layer.Flag("use_bias", true),
            KernelInitializer = layer.Initializer("kernel_initializer", Initializer.GlorotUniform),
            BiasInitializer = layer.Initializer("bias_initializer", Initializer.Zeros),
            KernelRegularizer = layer.Regularizer("kernel_regularizer"),
            BiasRegularizer = layer.Regularizer("bias_regularizer"),
        };
    }

    public static Layer Embedding(LayerConfig layer)
    {
        layer.ForTraining("embeddings_constraint", "activity_regularizer");
        layer.Ignore("input_length");
        return new Embedding(layer.Int("input_dim"), layer.Int("output_dim"))
        {
            MaskZero = layer.Flag("mask_zero", false),
            EmbeddingsInitializer = layer.Initializer("embeddings_initializer", Initializer.RandomUniform),
            EmbeddingsRegularizer = layer.Regularizer("embeddings_regularizer"),
        };
    }

    public static Layer Masking(LayerConfig layer) => new Masking { Value = layer.Number("mask_value", 0) };

    public static Layer Rescaling(LayerConfig layer)
    {
        RequireChannelsLast(layer);
        return new Rescaling(layer.Numbers("scale"), layer.Numbers("offset", [0]));
    }

    public static double Rate(LayerConfig layer)
    {
        layer.Ignore("seed");
        layer.ForTraining("noise_shape");
        RequireChannelsLast(layer);
        return layer.Number("rate");
    }

    public static Layer Dropout(LayerConfig layer) => new Dropout(Rate(layer));

    public static Layer GaussianNoise(LayerConfig layer)
    {
        layer.Ignore("seed");
        return new GaussianNoise(layer.Number("stddev"));
    }

    public static Layer Relu(LayerConfig layer)
    {
        double slope = layer.Number("negative_slope", 0), threshold = layer.Number("threshold", 0);
        double? most = layer.Find("max_value") is null ? null : layer.Number("max_value");
        if (threshold != 0 || (most is not null && (most != 6 || slope != 0)))
            layer.Refuse("max_value, negative_slope and threshold that no activation of Unroll has together");
        return new Activate(most == 6 ? Activation.Relu6 : slope == 0 ? Activation.Relu : new LeakyRelu(slope));
    }

    /// <summary>The slope was called alpha in Keras 2.</summary>
    public static Layer LeakyRelu(LayerConfig layer) => new Activate(
        new LeakyRelu(layer.Number("negative_slope", layer.Number("alpha", 0.3))));

    public static Layer Softmax(LayerConfig layer)
    {
        layer.RequireLastAxis();
        return new Softmax();
    }

    public static Layer ActivityRegularization(LayerConfig layer)
    {
        layer.ForTraining("l1", "l2");
        return new Activate(Activation.Linear);
    }

    public static Layer LayerNormalization(LayerConfig layer)
    {
        layer.RequireLastAxis();
        Learnt(layer, "beta", Initializer.Zeros);
        Learnt(layer, "gamma", Initializer.Ones);
        if (layer.Flag("rms_scaling", false))
            layer.Refuse("rms_scaling");
        return new LayerNorm
        {
            Epsilon = layer.Number("epsilon", 1e-3),
            Scale = layer.Flag("scale", true),
            Center = layer.Flag("center", true)
        };
    }

    /// <summary>Without gamma or beta the weights are 1 or 0, and frozen: see <see cref="FixedWeights"/>.</summary>
    public static Layer BatchNormalization(LayerConfig layer)
    {
        layer.RequireLastAxis();
        Learnt(layer, "beta", Initializer.Zeros);
        Learnt(layer, "gamma", Initializer.Ones);
        layer.Ignore("center", "scale", "fused", "moving_mean_initializer", "moving_variance_initializer", "synchronized");
        return new BatchNorm { Momentum = layer.Number("momentum", 0.99), Epsilon = layer.Number("epsilon", 1e-3) };
    }

    /// <summary>Weights that Unroll's layer has and Keras' has not, and their value.</summary>
    public static IReadOnlyDictionary<string, float> FixedWeights(LayerConfig layer)
    {
        var values = new Dictionary<string, float>();
        if (layer.ClassName.StartsWith("BatchNormalization", StringComparison.Ordinal))
        {
            if (!layer.Flag("scale", true))
                values.Add("gamma", 1);
            if (!layer.Flag("center", true))
                values.Add("beta", 0);
        }

        return values;
    }

    public static Layer RmsNormalization(LayerConfig layer)
    {
        layer.RequireLastAxis();
        return new RmsNorm { Epsilon = layer.Number("epsilon", 1e-6) };
    }

    public static Layer Attention(LayerConfig layer)
    {
        if (layer.Flag("use_scale", false))
            layer.Refuse("use_scale; Unroll's scale is not learnt");
        layer.Require("score_mode", "dot");
        DropoutOfScores(layer);
        return new Attention { Causal = layer.Flag("causal", false) };
    }

    public static Layer AdditiveAttention(LayerConfig layer)
    {
        layer.Ignore("score_mode");
        DropoutOfScores(layer);
        return new AdditiveAttention { UseScale = layer.Flag("use_scale", true), Causal = layer.Flag("causal", false) };
    }

    public static Layer MultiHeadAttention(LayerConfig layer)
    {
        layer.ForTraining("activity_regularizer", "kernel_constraint", "bias_constraint");
        layer.Ignore("query_shape", "key_shape", "value_shape", "seed", "flash_attention");
        if (layer.Find("attention_axes") is not null && layer.List("attention_axes") is not [1])
            layer.Refuse("attention_axes; Unroll's heads attend to steps");
        int[]? output = layer.Find("output_shape") is null ? null : layer.List("output_shape");
        if (output is { Length: > 1 })
            layer.Refuse("an output_shape of several extents");
        return new MultiHeadAttention(layer.Int("num_heads"), layer.Int("key_dim"))
        {
            ValueUnits = layer.Find("value_dim") is null ? null : layer.Int("value_dim"),
            OutputUnits = output?[0],
            UseBias = layer.Flag("use_bias", true),
            Dropout = layer.Number("dropout", 0),
            KernelInitializer = layer.Initializer("kernel_initializer", Initializer.GlorotUniform),
            BiasInitializer = layer.Initializer("bias_initializer", Initializer.Zeros),
            KernelRegularizer = layer.Regularizer("kernel_regularizer"),
            BiasRegularizer = layer.Regularizer("bias_regularizer"),
        };
    }

    public static Layer Concatenate(LayerConfig layer)
    {
        layer.RequireLastAxis();
        return new Concatenate();
    }

    public static void RequireChannelsLast(LayerConfig layer) => layer.Require("data_format", "channels_last");

    private static void DropoutOfScores(LayerConfig layer)
    {
        layer.Ignore("seed");
        if (layer.Number("dropout", 0) > 0)
            layer.Note("dropout of the attention scores");
    }

    private static void Learnt(LayerConfig layer, string weight, Initializer usual)
    {
        if (layer.Initializer($"{weight}_initializer", usual) != usual)
            layer.Note($"{weight}_initializer");
        layer.ForTraining($"{weight}_regularizer", $"{weight}_constraint");
    }
}
